import pytest

HEADER = "order,line,day,customer,region,category,sku,quantity,price,currency"


@pytest.fixture
def export():
    """Makes the rows of an export from short tuples; what is not given has a usual value."""

    def make(*rows):
        usual = {
            "order": "1",
            "line": "1",
            "day": "2024-02-05",
            "customer": "Ada",
            "region": "north",
            "category": "Kitchen/Tools",
            "sku": "s-1",
            "quantity": "1",
            "price": "10.00",
            "currency": "EUR",
        }
        return [HEADER] + [",".join({**usual, **row}.values()) for row in rows]

    return make


@pytest.fixture
def lines(export):
    """Makes lines that are already converted at one to one."""
    from orderreport.reading import read_lines

    def make(*rows):
        found, rejected = read_lines(export(*rows))
        assert rejected == []
        for line in found:
            line.euro_cents = line.cents
        return found

    return make
