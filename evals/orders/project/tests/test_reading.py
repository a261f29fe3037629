import datetime

import pytest

from orderreport.reading import FormatError, read_cancelled, read_lines, read_rates


def test_rows_that_are_no_lines_are_named(export):
    found, rejected = read_lines(export({}, {"quantity": "many"}, {"day": "yesterday"}))
    assert len(found) == 1
    assert [text.split(":")[0] for text in rejected] == ["row 3", "row 4"]


def test_missing_columns():
    with pytest.raises(FormatError, match="lacks the columns line, day"):
        read_lines(["order,customer,region,category,sku,quantity,price,currency"])


def test_empty_export():
    with pytest.raises(FormatError):
        read_lines([])


def test_cancelled_without_comments():
    assert read_cancelled(["# exported\n", "A1\n", "\n", " A2 \n"]) == ["A1", "A2"]


def test_rates():
    rates = read_rates(["day,currency,rate", "2024-01-01,usd,0.5", "", "2024-01-10, GBP ,1.25"])
    assert rates.on(datetime.date(2024, 1, 5), "USD") == 0.5
    assert rates.on(datetime.date(2024, 1, 10), "GBP") == 1.25
