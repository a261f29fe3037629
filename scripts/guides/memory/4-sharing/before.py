def read(lines):
    return [tuple(line.split(";")) for line in lines]


# --- end
lines = (f"north-western-region;category number {n % 50};a unit of measure" for n in range(80_000))
print(len(read(lines)))
