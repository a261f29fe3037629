def rates(country):
    return {year: sum(map(ord, country)) * year % 97 for year in range(400)}


def bill(rows):
    return sum(rates(country)[year] for country, year in rows)


# --- end
print(bill([(country, year) for year in range(200) for country in ("ch", "de", "fr", "it")]))
