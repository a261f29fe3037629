"""A tree of small nodes with parent links, rebuilt for every batch."""


class Node:
    def __init__(self, parent, value):
        self.parent, self.value, self.children = parent, value, []


def grow(depth, parent=None):
    node = Node(parent, depth)
    if depth:
        node.children = [grow(depth - 1, node) for _ in range(3)]
    return node


def main():
    kept = [grow(7) for _ in range(60)]
    return len(kept)


main()
