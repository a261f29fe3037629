KNOWN = {}


def page(number):
    if number not in KNOWN:
        KNOWN[number] = f"page {number} " * 30
    return KNOWN[number]


# --- end
print(sum(len(page(n % 50_000)) for n in range(60_000)))
