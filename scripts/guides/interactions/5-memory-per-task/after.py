import asyncio


async def handle(number, room):
    async with room:
        body = bytearray(b"x" * 500_000)
        await asyncio.sleep(0.02)
        return len(body) + number


async def work():
    room = asyncio.Semaphore(10)
    return sum(await asyncio.gather(*(handle(number, room) for number in range(60))))


# --- end
print(asyncio.run(work()))
