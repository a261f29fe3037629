"""Passwords hashed in a coroutine."""
import asyncio


def digest(text):
    value = 0
    for character in text * 3000:
        value = (value * 31 + ord(character)) % 1_000_003
    return value


async def login(name):
    await asyncio.sleep(0.001)
    return digest(name)


async def main():
    print(sum(await asyncio.gather(*(login("name and password") for _ in range(60)))))


asyncio.run(main())
