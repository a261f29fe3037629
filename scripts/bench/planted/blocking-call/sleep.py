"""A retry that sleeps with the loop in its hand."""
import asyncio
import time


async def fetch(number):
    for _ in range(2):
        time.sleep(0.02)
    return number


async def main():
    print(sum(await asyncio.gather(*(fetch(number) for number in range(15)))))


asyncio.run(main())
