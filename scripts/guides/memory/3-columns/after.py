from array import array


def load(count):
    times, values = array("q"), array("d")
    for n in range(count):
        times.append(n * 1000)
        values.append(n * 0.5)
    return times, values


def mean(columns):
    return sum(columns[1]) / len(columns[1])


# --- end
print(mean(load(250_000)))
