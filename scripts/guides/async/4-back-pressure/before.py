import asyncio


async def fetch_all(fetch, numbers):
    return sum(await asyncio.gather(*(fetch(number) for number in numbers)))


# --- end
async def fetch(number):
    body = bytearray(20_000)
    await asyncio.sleep(0.001)
    return len(body) + number


print(asyncio.run(fetch_all(fetch, range(3000))))
