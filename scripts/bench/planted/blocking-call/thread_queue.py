"""A queue of threads, read with the loop waiting."""
import asyncio
import queue
import threading
import time

ITEMS = queue.Queue()


def produce():
    for number in range(10):
        time.sleep(0.03)
        ITEMS.put(number)


async def consume():
    total = 0
    for _ in range(10):
        total += ITEMS.get()
        await asyncio.sleep(0)
    return total


async def main():
    threading.Thread(target=produce).start()
    print(await consume())


asyncio.run(main())
