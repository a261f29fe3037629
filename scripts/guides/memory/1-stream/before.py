def total(lines):
    rows = [line.split(",") for line in lines]
    amounts = [int(row[1]) for row in rows]
    return sum(amounts)


# --- end
print(total(f"item{n},{n % 1000},note" for n in range(150_000)))
