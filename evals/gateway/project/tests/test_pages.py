import asyncio

import pytest

from gateway.pages import discounted
from gateway.protocol import ServiceError
from gateway.signatures import Forbidden, sign

from conftest import SECRET


def test_a_page(with_pages, backend):
    async def ask(pages, journal):
        return await pages.page("c-1", sign(SECRET, "c-1")), journal.lines()

    page, lines = with_pages(ask)
    assert page == {
        "name": "Ada",
        "lines": [
            {"sku": "s-1", "count": 2, "cents": 2100},
            {"sku": "s-2", "count": 1, "cents": 333},
            {"sku": "s-1", "count": 1, "cents": 1050},
        ],
        "total": 3308,
    }
    assert lines == ["1\tc-1\t3\t3308"]
    assert sorted(backend.calls) == ["account", "orders", "price", "price"]


def test_a_customer_without_orders(with_pages):
    async def ask(pages, journal):
        return await pages.page("c-2", sign(SECRET, "c-2"))

    assert with_pages(ask) == {"name": "Bo", "lines": [], "total": 0}


def test_a_wrong_signature_asks_no_service(with_pages, backend):
    async def ask(pages, journal):
        with pytest.raises(Forbidden):
            await pages.page("c-1", sign(SECRET, "c-2"))
        return journal.lines()

    assert with_pages(ask) == []
    assert backend.calls == []


def test_an_unknown_customer(with_pages):
    async def ask(pages, journal):
        with pytest.raises(ServiceError, match="no such customer"):
            await pages.page("c-9", sign(SECRET, "c-9"))
        return journal.lines()

    assert with_pages(ask) == []


def test_a_broken_service_leaves_no_line_and_the_next_page_works(with_pages, backend):
    async def ask(pages, journal):
        backend.broken = {"price"}
        with pytest.raises(ServiceError, match="not understood"):
            await pages.page("c-1", sign(SECRET, "c-1"))
        backend.broken = set()
        return (await pages.page("c-1", sign(SECRET, "c-1")))["total"], journal.lines()

    assert with_pages(ask) == (3308, ["1\tc-1\t3\t3308"])


def test_many_pages_at_once_are_numbered_and_on_disk(with_pages):
    async def ask(pages, journal):
        await asyncio.gather(*(pages.page("c-1", sign(SECRET, "c-1")) for _ in range(20)))
        return journal.lines()

    lines = with_pages(ask)
    assert sorted(int(line.split("\t")[0]) for line in lines) == list(range(1, 21))


@pytest.mark.parametrize(("cents", "level", "wanted"), [(1000, 0, 1000), (1000, 3, 920), (999, 1, 979), (50, 9, 50)])
def test_discounts(cents, level, wanted):
    assert discounted(cents, level) == wanted
