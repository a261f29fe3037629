def shared(left, right):
    wanted = set(right)
    return [item for item in left if item in wanted]


# --- end
left, right = list(range(0, 9000, 2)), list(range(0, 9000, 3))
print(len(shared(left, right)))
