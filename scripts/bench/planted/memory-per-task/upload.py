"""Uploads that are joined in memory before they are written."""
import asyncio


class Upload:
    def __init__(self):
        self.chunks = []

    async def receive(self):
        for _ in range(8):
            self.chunks.append(b"z" * 150_000 + bytes(1))
            await asyncio.sleep(0.03)
        return b"".join(self.chunks)


async def main():
    for clients in (4, 12, 36):
        await asyncio.gather(*(Upload().receive() for _ in range(clients)))


asyncio.run(main())
