"""A syntax tree that is copied before each rewrite."""
import copy


class Leaf:
    def __init__(self, value):
        self.value = value


class Branch:
    def __init__(self, left, right):
        self.left, self.right = left, right


def build(depth):
    return Leaf(depth) if not depth else Branch(build(depth - 1), build(depth - 1))


def rewrite(tree):
    changed = copy.deepcopy(tree)
    changed.value = 0
    return changed


def main():
    tree = build(9)
    for _ in range(40):
        rewrite(tree)


main()
