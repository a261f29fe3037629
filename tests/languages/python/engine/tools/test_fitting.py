"""Laws and exponents from figures that are known: exact ones, and ones with the noise of a busy machine."""

from __future__ import annotations

import math
import random

import pytest

from codeflash_python.tools import fitting

LAWS = {
    "n": lambda n: 1e-5 + 2e-7 * n,
    "n log n": lambda n: 1e-5 + 3e-8 * n * math.log2(n),
    "n²": lambda n: 1e-5 + 4e-9 * n * n,
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("seed", range(5))
def test_law_is_told_through_noise(law, seed):
    """Other processes add up to twice the time to most repeats; the law is still the right one."""
    chance = random.Random(seed)
    values = {
        n: [
            LAWS[law](n) * (1 + abs(chance.gauss(0, 0.01)) + (chance.random() < 0.7) * chance.random())
            for _ in range(20)
        ]
        for n in (128 << step for step in range(11))
    }
    assert fitting.fit(values).law == law


@pytest.mark.parametrize("seed", range(5))
def test_exponential_is_told(seed):
    """Sizes that grow by one, times that double."""
    chance = random.Random(seed)
    values = {n: [1e-6 * 2**n * (1 + chance.random() * 0.1) for _ in range(10)] for n in range(8, 18)}
    assert fitting.fit(values).law == "2ⁿ"


def test_exponent_lies_in_its_interval_and_is_the_asymptotic_one():
    """A large constant hides the growth of small sizes, not the exponent."""
    chance = random.Random(1)
    values = {
        n: [(1e-4 + 1e-9 * n * n) * (1 + chance.random() * 0.05) for _ in range(10)]
        for n in (64 << s for s in range(10))
    }
    fit = fitting.fit(values)
    assert fit.low <= fit.exponent <= fit.high
    assert fit.exponent == pytest.approx(2.0, abs=0.15)


def test_too_few_sizes_name_no_law():
    """Three points fit anything."""
    assert fitting.fit({1: [1.0], 2: [2.0], 4: [4.0]}).law == ""


def test_picture_has_a_point_for_each_size_and_the_ends():
    """The log-log picture of n² is a line whose ends are labelled."""
    lines = fitting.picture([(10, 1e-3), (100, 1e-1), (1000, 1e1)])
    assert sum(line.count("●") for line in lines) == 3
    assert "1.00e+01" in lines[0]
    assert lines[-1].split() == ["10", "1,000"]
