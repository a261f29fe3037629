def work(count):
    raw = [str(n) * 3 for n in range(count)]
    parsed = [int(text) for text in raw]
    return summarise([value % 1000 for value in parsed])


def summarise(values):
    table = [(value, str(value)) for value in values]
    return len(set(table))


# --- end
print(work(200_000))
