"""Pages asked for over loopback by several customers at once; the services answer after realistic delays.

Prints a digest of all pages, and what customers feel as metrics.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gateway.journal import Journal
from gateway.pages import Pages
from gateway.protocol import encode
from gateway.server import serve
from gateway.services import Services
from gateway.signatures import sign

SECRET = b"benchmark"
CUSTOMERS = 8
PAGES = 6
DELAY_S = 0.025


async def backend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The inner services; what they say depends on the request alone."""
    try:
        while line := await reader.readline():
            request = json.loads(line)
            await asyncio.sleep(DELAY_S)
            key = request.get("customer") or request.get("sku")
            number = int(hashlib.sha256(key.encode()).hexdigest()[:6], 16)
            if request["call"] == "account":
                answer = {"name": f"Name {number}", "level": number % 4}
            elif request["call"] == "orders":
                answer = {"orders": [{"sku": f"s-{(number + n) % 40}", "count": n + 1} for n in range(4)]}
            else:
                answer = {"cents": number % 5000}
            writer.write(encode(answer))
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


async def customer(name: str, address: tuple[str, int], times: list[float]) -> list[bytes]:
    """One customer who looks at some pages, one after the other."""
    reader, writer = await asyncio.open_connection(*address)
    request = encode({"customer": name, "signature": sign(SECRET, name)})
    answers = []
    for _ in range(PAGES):
        start = time.monotonic()
        writer.write(request)
        answers.append(await reader.readline())
        times.append(time.monotonic() - start)
    writer.close()
    return answers


async def main() -> None:
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 3
    names = [f"customer-{random.Random(seed + n).randrange(10**6)}" for n in range(CUSTOMERS)]
    inner = await asyncio.start_server(backend, "127.0.0.1", 0)
    services = Services("127.0.0.1", inner.sockets[0].getsockname()[1])
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.txt")
        server = await serve(Pages(services, journal, SECRET), "127.0.0.1", 0)
        start = time.monotonic()
        found = await asyncio.gather(*(customer(name, server.sockets[0].getsockname(), times) for name in names))
        took = time.monotonic() - start
        entered = sorted(line.split("\t", 1)[1] for line in journal.lines())
        server.close()
        await services.close()
        inner.close()
    digest = hashlib.sha256(json.dumps([[a.decode() for a in answers] for answers in found] + entered).encode())
    times.sort()
    print(digest.hexdigest())
    print(f"codeflash-metric p50_ms={1000 * times[len(times) // 2]:.3f} unit=ms better=lower")
    print(f"codeflash-metric p95_ms={1000 * times[int(len(times) * 0.95)]:.3f} unit=ms better=lower")
    print(f"codeflash-metric pages_per_s={len(times) / took:.3f} unit=1/s better=higher")


if __name__ == "__main__":
    asyncio.run(main())
