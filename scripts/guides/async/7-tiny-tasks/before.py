import asyncio


async def price(sku, known):
    return known[sku]


async def total(skus, known):
    return sum(await asyncio.gather(*(price(sku, known) for sku in skus)))


# --- end
known = {n: n % 50 for n in range(1000)}
print(asyncio.run(total([n % 1000 for n in range(60_000)], known)))
