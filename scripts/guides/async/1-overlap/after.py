import asyncio


async def page(ask):
    return await asyncio.gather(ask("user"), ask("orders"), ask("offers"))


# --- end
async def ask(name):
    await asyncio.sleep(0.03)
    return name


async def main():
    for _ in range(5):
        found = await page(ask)
    print(list(found))


asyncio.run(main())
