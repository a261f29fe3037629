"""Queries that read their whole result before the first row is sent."""
import asyncio


async def query(rows):
    result = [(number, str(number)) for number in range(rows)]
    await asyncio.sleep(0.5)
    return len(result)


async def main():
    running = set()
    for _ in range(30):
        running.add(asyncio.create_task(query(8_000)))
        await asyncio.sleep(0.01)
    await asyncio.wait(running)


asyncio.run(main())
