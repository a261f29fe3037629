"""Downloads started all at once, one after the other joining in."""
import asyncio


async def download(size):
    parts = []
    for _ in range(10):
        parts.append(bytearray(b"y" * size))
        await asyncio.sleep(0.02)
    return sum(len(part) for part in parts)


async def main():
    tasks = []
    for _ in range(60):
        tasks.append(asyncio.create_task(download(100_000)))
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)


asyncio.run(main())
