def work(count):
    raw = [str(n) * 3 for n in range(count)]
    parsed = [int(text) for text in raw]
    del raw
    values = [value % 1000 for value in parsed]
    del parsed
    return summarise(values)


def summarise(values):
    table = [(value, str(value)) for value in values]
    return len(set(table))


# --- end
print(work(200_000))
