from functools import lru_cache


@lru_cache(maxsize=256)
def page(number):
    return f"page {number} " * 30


# --- end
print(sum(len(page(n % 50_000)) for n in range(60_000)))
