import datetime

import pytest

from orderreport.rates import Rates, UnknownRate


def day(number):
    return datetime.date(2024, 1, number)


def test_latest_before_the_day_holds():
    rates = Rates()
    rates.add(day(10), "USD", 0.9)
    rates.add(day(2), "USD", 0.8)
    assert rates.on(day(9), "USD") == 0.8
    assert rates.on(day(10), "USD") == 0.9
    assert rates.on(day(31), "USD") == 0.9


def test_later_of_two_on_one_day_counts():
    rates = Rates()
    rates.add(day(2), "USD", 0.8)
    rates.add(day(2), "USD", 0.7)
    assert rates.on(day(2), "USD") == 0.7


def test_rates_noted_after_a_question_count():
    rates = Rates()
    rates.add(day(2), "USD", 0.8)
    assert rates.on(day(5), "USD") == 0.8
    rates.add(day(4), "USD", 0.6)
    assert rates.on(day(5), "USD") == 0.6


def test_unknown():
    rates = Rates()
    rates.add(day(2), "USD", 0.8)
    with pytest.raises(UnknownRate, match="no rate for USD on 2024-01-01"):
        rates.on(day(1), "USD")
    with pytest.raises(UnknownRate):
        rates.on(day(3), "GBP")


def test_euro_needs_no_rate():
    assert Rates().on(day(1), "EUR") == 1.0
