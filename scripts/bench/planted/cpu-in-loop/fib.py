"""Recursion in a callback of the loop."""
import asyncio


def count(depth):
    return depth if depth < 2 else count(depth - 1) + count(depth - 2)


async def main():
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    for number in range(10):
        loop.call_soon(count, 25)
    loop.call_soon(done.set_result, None)
    await done


asyncio.run(main())
