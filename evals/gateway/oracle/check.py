"""Tells by counting and by threads, not by a clock, whether a planted problem is gone. Run in the tree that is to be judged.

    python check.py ITEM    # exit status 0: gone, 1: still there, 2: cannot tell (the interface changed)
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from judging import main

SECRET = b"oracle"


class Backend:
    """The services; counts connections and how many calls wait at once."""

    def __init__(self) -> None:
        self.connections = self.waiting = self.most = 0

    async def talk(self, reader, writer) -> None:
        self.connections += 1
        try:
            while line := await reader.readline():
                self.waiting += 1
                self.most = max(self.most, self.waiting)
                await asyncio.sleep(0.03)
                self.waiting -= 1
                request = json.loads(line)
                answer = {
                    "account": {"name": "N", "level": 1},
                    "orders": {"orders": [{"sku": f"s-{n}", "count": 1} for n in range(4)]},
                    "price": {"cents": 5},
                }[request["call"]]
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def pages(times: int) -> Backend:
    """Ask for pages, one after the other; the backend has what was counted."""
    from gateway.journal import Journal
    from gateway.pages import Pages
    from gateway.services import Services
    from gateway.signatures import sign

    async def run() -> Backend:
        backend = Backend()
        server = await asyncio.start_server(backend.talk, "127.0.0.1", 0)
        services = Services("127.0.0.1", server.sockets[0].getsockname()[1])
        with tempfile.TemporaryDirectory() as folder:
            journal = Journal(Path(folder) / "journal.txt")
            found = Pages(services, journal, SECRET)
            for _ in range(times):
                page = await found.page("c", sign(SECRET, "c"))
                assert page["total"] == 19, page
            assert len(journal.lines()) == times
        await services.close()
        server.close()
        return backend

    return asyncio.run(run())


def in_loop(module, name: str) -> bool:
    """Whether a function of the standard library is called in the loop's thread while a page is made."""
    original = getattr(module, name)
    here: list[bool] = []

    def watched(*arguments, **named):
        # Making the signature is the client's work; only what happens under Pages counts.
        frame, under = sys._getframe(1), False
        while frame is not None:
            under = under or frame.f_globals.get("__name__", "").endswith(("pages", "journal"))
            frame = frame.f_back
        if under:
            here.append(threading.current_thread() is threading.main_thread())
        return original(*arguments, **named)

    setattr(module, name, watched)
    try:
        pages(2)
    finally:
        setattr(module, name, original)
    return any(here)


ITEMS = {
    "sequential-awaits": lambda: pages(1).most >= 3,
    "connection-per-call": lambda: pages(6).connections <= 8,
    "signature-in-loop": lambda: not in_loop(hashlib, "pbkdf2_hmac"),
    "journal-in-loop": lambda: not in_loop(os, "fsync"),
}

if __name__ == "__main__":
    sys.exit(main(ITEMS))
