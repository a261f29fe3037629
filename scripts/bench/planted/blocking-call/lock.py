"""A lock of threads, held by a worker, taken in a coroutine."""
import asyncio
import threading
import time

LOCK = threading.Lock()


def worker():
    for _ in range(8):
        with LOCK:
            time.sleep(0.04)
        time.sleep(0.005)


async def update(number):
    await asyncio.sleep(0.01)
    with LOCK:
        return number


async def main():
    thread = threading.Thread(target=worker)
    thread.start()
    for number in range(8):
        await update(number)
    thread.join()


asyncio.run(main())
