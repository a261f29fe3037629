def load(count):
    return [(n * 1000, n * 0.5) for n in range(count)]


def mean(rows):
    return sum(value for _, value in rows) / len(rows)


# --- end
print(mean(load(250_000)))
