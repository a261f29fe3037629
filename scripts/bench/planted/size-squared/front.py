"""A breadth-first search that takes from the front of a list."""


def walk(size):
    waiting = list(range(size))
    visited = 0
    while waiting:
        node = waiting.pop(0)
        visited += node % 2
    return visited


def main():
    print(walk(160_000))


main()
