"""What the session claims to have gained so far."""

from __future__ import annotations

import pytest

from codeflash_agent.session.gains import products

from . import factories


def test_ratios_of_keeps_multiply_and_noise_is_left_out() -> None:
    """Discards do not count, and a metric that no keep moved is not multiplied up from its noise."""
    still = factories.ratio(0.98, 1.0, verdict="inconclusive")
    keeps = [
        factories.kept(number, measurement=factories.measurement(cpu_s=factories.ratio(1.5, 1.0), gc_s=still))
        for number in (1, 2)
    ]
    gains = products([*keeps, factories.record(3, "discard", measurement=factories.measurement(cpu_s=still))])
    assert gains == {"cpu_s": pytest.approx(2.25)}


def test_nothing_kept_is_no_gain() -> None:
    """Without a keep there is no figure."""
    assert products([factories.record(1, "discard")]) == {}
