"""A coroutine that waits for a program in the plain way."""
import asyncio
import subprocess


async def version():
    return subprocess.run(["sleep", "0.05"], check=True).returncode


async def main():
    print(sum(await asyncio.gather(*(version() for _ in range(8)))))


asyncio.run(main())
