import asyncio


async def handle(number):
    body = bytearray(b"x" * 500_000)
    await asyncio.sleep(0.02)
    return len(body) + number


async def work():
    return sum(await asyncio.gather(*(handle(number) for number in range(60))))


# --- end
print(asyncio.run(work()))
