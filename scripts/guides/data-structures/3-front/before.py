def order(first, children):
    waiting, seen = [first], []
    while waiting:
        node = waiting.pop(0)
        seen.append(node)
        waiting.extend(children(node))
    return seen


# --- end
found = order(1, lambda n: (2 * n, 2 * n + 1) if n < 100_000 else ())
print(len(found), found[-1])
