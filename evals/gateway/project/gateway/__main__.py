"""Serve pages until interrupted."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from gateway.journal import Journal
from gateway.pages import Pages
from gateway.server import serve
from gateway.services import Services


async def run(port: int, host: str, service_port: int, journal: Path) -> None:
    services = Services(host, service_port)
    pages = Pages(services, Journal(journal), os.environ["GATEWAY_SECRET"].encode())
    server = await serve(pages, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="gateway", description=__doc__)
    parser.add_argument("--port", type=int, default=8700)
    parser.add_argument("--services", default="127.0.0.1:8800")
    parser.add_argument("--journal", type=Path, default=Path("journal.txt"))
    chosen = parser.parse_args()
    host, _, port = chosen.services.partition(":")
    asyncio.run(run(chosen.port, host, int(port), chosen.journal))


if __name__ == "__main__":
    main()
