import asyncio
import time


def query(number):
    time.sleep(0.01)
    return number


async def serve(number):
    return query(number)


# --- end
async def main():
    print(sum(await asyncio.gather(*(serve(n) for n in range(24)))))


asyncio.run(main())
