def read(count):
    tags = [number % 7 for number in range(count)]
    places = list(range(1, count + 1))
    return tags, places


def work():
    tags, places = read(120_000)
    return sum(tags) + sum(places)


# --- end
print(work())
