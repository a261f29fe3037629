"""The journal: a line for each page that was answered, on disk before the answer goes out."""

from __future__ import annotations

import os
from pathlib import Path


class Journal:
    """Lines at the end of a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0

    async def note(self, customer: str, items: int, cents: int) -> int:
        """Enter one page; gives its number. It is on disk when this returns."""
        self.count += 1
        number = self.count
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{number}\t{customer}\t{items}\t{cents}\n")
            file.flush()
            os.fsync(file.fileno())
        return number

    def lines(self) -> list[str]:
        """What was entered so far."""
        return self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
