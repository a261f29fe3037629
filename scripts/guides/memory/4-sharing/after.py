def read(lines):
    known = {}
    return [tuple(known.setdefault(part, part) for part in line.split(";")) for line in lines]


# --- end
lines = (f"north-western-region;category number {n % 50};a unit of measure" for n in range(80_000))
print(len(read(lines)))
