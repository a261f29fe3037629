import asyncio
import hashlib


async def digest(data):
    return hashlib.pbkdf2_hmac("sha256", data, b"salt", 40_000).hex()


# --- end
async def main():
    found = await asyncio.gather(*(digest(b"%d" % n) for n in range(8)))
    print(found[0][:16], len(found))


asyncio.run(main())
