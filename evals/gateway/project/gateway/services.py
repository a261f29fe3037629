"""The inner services, as far as pages need them."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.protocol import ask

PATIENCE_S = 5.0


class Services:
    """Calls to the services behind one address."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port

    async def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """The answer of one call.

        Raises:
            ServiceError: the service said no.
            asyncio.TimeoutError: it took longer than `PATIENCE_S`.
            OSError: it cannot be reached.
        """
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            return await asyncio.wait_for(ask(reader, writer, {"call": name, **arguments}), PATIENCE_S)
        finally:
            writer.close()
            await writer.wait_closed()

    async def account(self, customer: str) -> dict[str, Any]:
        return await self.call("account", customer=customer)

    async def orders(self, customer: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("orders", customer=customer))["orders"]
        return found

    async def price(self, sku: str) -> int:
        """In cents."""
        return int((await self.call("price", sku=sku))["cents"])

    async def close(self) -> None:
        """Give back what is held."""
