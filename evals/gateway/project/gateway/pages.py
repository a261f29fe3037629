"""A customer's page."""

from __future__ import annotations

from typing import Any

from gateway.journal import Journal
from gateway.services import Services
from gateway.signatures import check

DISCOUNT_PERCENT = {0: 0, 1: 2, 2: 5, 3: 8}


class Pages:
    """Puts pages together from what the services say."""

    def __init__(self, services: Services, journal: Journal, secret: bytes) -> None:
        self.services = services
        self.journal = journal
        self.secret = secret

    async def admit(self, customer: str, signature: str) -> None:
        """Let a request through.

        Raises:
            Forbidden: the signature does not fit.
        """
        check(self.secret, customer, signature)

    async def page(self, customer: str, signature: str) -> dict[str, Any]:
        """The page of one customer.

        Raises:
            Forbidden: the signature does not fit.
            ServiceError: a service said no.
        """
        await self.admit(customer, signature)
        account = await self.services.account(customer)
        orders = await self.services.orders(customer)
        prices = {}
        for order in orders:
            if order["sku"] not in prices:
                prices[order["sku"]] = await self.services.price(order["sku"])
        lines = [line(order, prices[order["sku"]]) for order in orders]
        total = discounted(sum(entry["cents"] for entry in lines), account["level"])
        await self.journal.note(customer, len(lines), total)
        return {"name": account["name"], "lines": lines, "total": total}


def line(order: dict[str, Any], cents: int) -> dict[str, Any]:
    """One order as the page shows it."""
    return {"sku": order["sku"], "count": order["count"], "cents": cents * order["count"]}


def discounted(cents: int, level: int) -> int:
    """A sum in cents less the discount of a level, rounded down."""
    return cents * (100 - DISCOUNT_PERCENT.get(level, 0)) // 100
