"""Paths counted through a grid, each cell many times."""


def paths(row, column):
    if row == 0 or column == 0:
        return 1
    return paths(row - 1, column) + paths(row, column - 1)


def main():
    print(paths(10, 10))


main()
