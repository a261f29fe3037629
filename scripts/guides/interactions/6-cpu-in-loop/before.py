import asyncio


def digest(text):
    value = 0
    for character in text * 400:
        value = (value * 31 + ord(character)) % 1_000_003
    return value


async def login(name):
    await asyncio.sleep(0)
    return digest(name)


async def work():
    return sum(await asyncio.gather(*(login("name and password") for _ in range(40))))


# --- end
print(asyncio.run(work()))
