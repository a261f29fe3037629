"""A table of rates built for each row of a bill."""


def rates(country):
    table = {}
    for year in range(400):
        table[year] = sum(ord(letter) for letter in country) * year % 97
    return table


def bill(rows):
    total = 0
    for country, year in rows:
        total += rates(country)[year]
    return total


def main():
    print(bill([(country, year) for year in range(400) for country in ("ch", "de", "fr", "it")]))


main()
