"""A report sorted and joined between two awaits."""
import asyncio
import random


async def report():
    rows = [random.random() for _ in range(60_000)]
    rows.sort()
    text = ",".join(map(str, rows))
    await asyncio.sleep(0)
    return len(text)


async def main():
    for _ in range(12):
        await report()


asyncio.run(main())
