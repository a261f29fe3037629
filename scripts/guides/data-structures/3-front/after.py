from collections import deque


def order(first, children):
    waiting, seen = deque([first]), []
    while waiting:
        node = waiting.popleft()
        seen.append(node)
        waiting.extend(children(node))
    return seen


# --- end
found = order(1, lambda n: (2 * n, 2 * n + 1) if n < 100_000 else ())
print(len(found), found[-1])
