def shared(left, right):
    return [item for item in left if item in right]


# --- end
left, right = list(range(0, 9000, 2)), list(range(0, 9000, 3))
print(len(shared(left, right)))
