"""An edit distance computed again for every pair of the same words."""


def distance(left, right):
    row = list(range(len(right) + 1))
    for i, a in enumerate(left):
        previous, row[0] = row[0], i + 1
        for j, b in enumerate(right):
            previous, row[j + 1] = row[j + 1], min(previous + (a != b), row[j] + 1, row[j + 1] + 1)
    return row[-1]


def main():
    words = ["performance", "profiler", "allocation", "collector"]
    total = 0
    for _ in range(300):
        for left in words:
            for right in words:
                total += distance(left, right)
    print(total)


main()
