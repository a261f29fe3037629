import asyncio
import time


async def fetch(number):
    time.sleep(0.01)
    return number


async def work():
    return sum(await asyncio.gather(*(fetch(number) for number in range(20))))


# --- end
print(asyncio.run(work()))
