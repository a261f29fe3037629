"""Running totals, each summed from the start."""


def totals(values):
    result = []
    for index in range(len(values)):
        result.append(sum(values[: index + 1]))
    return result


def main():
    print(totals(list(range(12_000)))[-1])


main()
