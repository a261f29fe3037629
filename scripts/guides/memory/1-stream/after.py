def total(lines):
    rows = (line.split(",") for line in lines)
    return sum(int(row[1]) for row in rows)


# --- end
print(total(f"item{n},{n % 1000},note" for n in range(150_000)))
