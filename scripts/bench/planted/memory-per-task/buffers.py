"""A service whose requests each hold a buffer while they wait; more and more come at once."""
import asyncio


async def handle(number):
    buffer = bytearray(b"x" * 1_000_000)
    await asyncio.sleep(0.3)
    return len(buffer) + number


async def main():
    for wave in (5, 20, 40):
        await asyncio.gather(*(handle(number) for number in range(wave)))


asyncio.run(main())
