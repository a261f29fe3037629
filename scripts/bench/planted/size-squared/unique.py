"""Duplicates dropped by looking through the list of those seen."""


def unique(items):
    seen = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen


def main():
    print(len(unique([number % 6000 for number in range(12_000)])))


main()
