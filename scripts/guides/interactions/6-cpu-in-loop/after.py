import asyncio


def digest(text):
    # The loop over the repeated text in closed form: the value of one round, and powers of its factor.
    modulus, value, factor = 1_000_003, 0, 1
    for character in text:
        value = (value * 31 + ord(character)) % modulus
        factor = factor * 31 % modulus
    total = 0
    for _ in range(400):
        total = (total * factor + value) % modulus
    return total


async def login(name):
    await asyncio.sleep(0)
    return digest(name)


async def work():
    return sum(await asyncio.gather(*(login("name and password") for _ in range(40))))


# --- end
print(asyncio.run(work()))
