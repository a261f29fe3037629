import datetime

import pytest

from orderreport.model import parse_cents


@pytest.mark.parametrize(
    ("text", "cents"),
    [("12.5", 1250), ("12.50", 1250), ("1,299.00", 129900), ("7", 700), (".05", 5), ("-3.20", -320), (" 4.999 ", 499)],
)
def test_parse_cents(text, cents):
    assert parse_cents(text) == cents


def test_fields_are_cleaned(lines):
    (line,) = lines(
        {"customer": "  Ada   Lovelace ", "region": " North", "category": "Kitchen / Tools", "sku": "ab-1", "quantity": "3"}
    )
    assert line.customer == "Ada Lovelace"
    assert line.region == "north"
    assert line.category == ("Kitchen", "Tools")
    assert line.sku == "AB-1"
    assert line.day == datetime.date(2024, 2, 5)
    assert line.cents == 3000


def test_describe(lines):
    (line,) = lines({"order": " 17", "line": "2", "quantity": "3", "sku": "ab-1"})
    assert line.describe() == "order 17 line 2: 3 x AB-1"
