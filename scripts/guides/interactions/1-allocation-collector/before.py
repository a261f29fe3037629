def read(count):
    rows = []
    for number in range(count):
        rows.append({"id": number, "tags": [number % 7], "place": [number, number + 1]})
    return rows


def work():
    rows = read(120_000)
    return sum(row["tags"][0] + row["place"][1] for row in rows)


# --- end
print(work())
