"""Recursion without memory."""


def ways(steps):
    if steps < 2:
        return 1
    return ways(steps - 1) + ways(steps - 2)


def main():
    print(ways(27))


main()
