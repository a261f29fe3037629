"""The payoff of a replacement is given with what the profile's samples leave open of it."""

from __future__ import annotations

import pytest

from codeflash_python.tools.library import _interval, _longer, _payoff


def profiled(samples):
    """A profile with so many samples, as the profiler gives its error for a share of one half."""
    return {"totals": {"share_error_percent": 98.0 / samples**0.5}}


def test_payoff_is_what_remains_of_the_time():
    """Four fifths of the time at a quarter of its cost leave two fifths."""
    assert _payoff(80.0, 0.25) == pytest.approx(2.5)


def test_interval_holds_the_payoff_and_narrows_with_samples():
    """Both ends are around the payoff, and nearer with more samples; without samples there is none."""
    few, many = _interval(80.0, 0.25, profiled(400)), _interval(80.0, 0.25, profiled(40_000))
    assert few[0] < many[0] < 2.5 < many[1] < few[1]
    assert _interval(80.0, 0.25, None) is None
    assert _interval(99.9, 0.001, profiled(100))[1] <= 1000.0


def test_longer_profile_is_asked_for_where_the_gain_is_open():
    """A library with nine tenths of the time needs more samples than a few hundred; so many times more are enough."""
    payoff, few = _payoff(91.0, 0.01), _interval(91.0, 0.01, profiled(450))
    factor = _longer(payoff, few)
    assert factor > 1.0
    assert _longer(payoff, _interval(91.0, 0.01, profiled(450 * factor * 1.1))) is None
    assert _longer(_payoff(50.0, 0.2), _interval(50.0, 0.2, profiled(450))) is None
