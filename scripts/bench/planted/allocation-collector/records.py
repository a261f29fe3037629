"""A table read as one dictionary of lists for each row, all of them kept."""


def read(rows):
    table = []
    for number in range(rows):
        table.append({"id": number, "tags": [number], "place": (number, [number])})
    return table


def main():
    for _ in range(3):
        table = read(200_000)
    print(len(table))


main()
