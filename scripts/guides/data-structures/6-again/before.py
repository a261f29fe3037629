def normalise(name):
    return "-".join(part.capitalize() for part in name.replace("_", "-").split("-"))


def collect(lines):
    table = {}
    for name, value in lines:
        table.setdefault(normalise(name), []).append(value)
    return table


# --- end
names = [f"x_header-name_{n}" for n in range(40)]
print(len(collect([(names[n % 40], n) for n in range(200_000)])))
