import asyncio


async def fetch_all(fetch, numbers, at_once=50):
    waiting = iter(numbers)
    total = 0

    async def work():
        nonlocal total
        for number in waiting:
            got = await fetch(number)
            total += got

    await asyncio.gather(*(work() for _ in range(at_once)))
    return total


# --- end
async def fetch(number):
    body = bytearray(20_000)
    await asyncio.sleep(0.001)
    return len(body) + number


print(asyncio.run(fetch_all(fetch, range(3000))))
