import asyncio

import pytest

from gateway.journal import Journal
from gateway.pages import Pages
from gateway.protocol import encode
from gateway.services import Services

ACCOUNTS = {"c-1": {"name": "Ada", "level": 2}, "c-2": {"name": "Bo", "level": 0}}
ORDERS = {
    "c-1": [{"sku": "s-1", "count": 2}, {"sku": "s-2", "count": 1}, {"sku": "s-1", "count": 1}],
    "c-2": [],
}
PRICES = {"s-1": 1050, "s-2": 333}
SECRET = b"secret"


class Backend:
    """The inner services on loopback; counts what it is asked."""

    def __init__(self):
        self.calls = []
        self.broken = set()

    async def talk(self, reader, writer):
        import json

        while line := await reader.readline():
            request = json.loads(line)
            self.calls.append(request["call"])
            if request["call"] in self.broken:
                writer.write(b"gibberish\n")
            elif request["call"] == "account":
                writer.write(encode(ACCOUNTS.get(request["customer"], {"error": "no such customer"})))
            elif request["call"] == "orders":
                writer.write(encode({"orders": ORDERS.get(request["customer"], [])}))
            else:
                writer.write(encode({"cents": PRICES[request["sku"]]}))
            await writer.drain()
        writer.close()


@pytest.fixture
def backend():
    return Backend()


@pytest.fixture
def with_pages(backend, tmp_path):
    """Run a coroutine function of pages and journal while the services are up."""

    def run(function):
        async def main():
            server = await asyncio.start_server(backend.talk, "127.0.0.1", 0)
            services = Services("127.0.0.1", server.sockets[0].getsockname()[1])
            journal = Journal(tmp_path / "journal.txt")
            try:
                return await function(Pages(services, journal, SECRET), journal)
            finally:
                await services.close()
                server.close()

        return asyncio.run(main())

    return run
