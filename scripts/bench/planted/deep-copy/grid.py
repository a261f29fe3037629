"""A simulation that copies its grid to read the old values."""
import copy


def step(grid):
    old = copy.deepcopy(grid)
    for row in range(1, len(grid) - 1):
        for column in range(1, len(grid) - 1):
            grid[row][column] = (old[row - 1][column] + old[row + 1][column]) / 2
    return grid


def main():
    grid = [[float(row * column) for column in range(120)] for row in range(120)]
    for _ in range(60):
        step(grid)
    print(grid[3][3])


main()
