def unique(items):
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen


# --- end
print(len(unique([number * 7919 % 3000 for number in range(6000)])))
