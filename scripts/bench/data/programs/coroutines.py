"""A million short-lived coroutines, fifty thousand of them as tasks."""

from __future__ import annotations

import asyncio


async def short(number: int) -> int:
    """Do next to nothing."""
    return number & 1


async def main() -> None:
    """Await most of them one by one, the rest a thousand at a time."""
    total = 0
    for number in range(950_000):
        total += await short(number)
    for start in range(0, 50_000, 1000):
        total += sum(await asyncio.gather(*(short(number) for number in range(start, start + 1000))))
    print(total, len(asyncio.all_tasks()))


asyncio.run(main())
