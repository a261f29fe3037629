"""A large answer parsed in the loop."""
import asyncio
import json

TEXT = json.dumps([{"id": number, "name": str(number)} for number in range(30_000)])


async def receive():
    await asyncio.sleep(0.001)
    return len(json.loads(TEXT))


async def main():
    for _ in range(20):
        await receive()


asyncio.run(main())
