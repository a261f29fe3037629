import asyncio


async def page(ask):
    user = await ask("user")
    orders = await ask("orders")
    offers = await ask("offers")
    return user, orders, offers


# --- end
async def ask(name):
    await asyncio.sleep(0.03)
    return name


async def main():
    for _ in range(5):
        found = await page(ask)
    print(list(found))


asyncio.run(main())
