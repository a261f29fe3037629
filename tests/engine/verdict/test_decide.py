"""The verdict's rules, one case each."""

from __future__ import annotations

import math

import pytest

from codeflash_agent.measure.model import Measurement, Ratio
from codeflash_agent.verdict import decide
from codeflash_agent.verdict.model import DISCARD, FIX, KEEP, Finding, Verdict

UNITS = {"cpu_s": "s", "wall_s": "s", "gc_s": "s", "startup_wall": "s", "p99_ms": "ms", "rss_mib": "MiB"}
UNITS.update(throughput="req/s", instructions="instructions")


def _ratio(name: str, ratio: float, verdict: str | None = None) -> Ratio:
    width = 1.004
    word = verdict or ("better" if ratio >= 1.02 else "worse" if ratio <= 0.985 else "same")
    base = {"gc_s": 0.3}.get(name, 1.0)
    return Ratio(base, base / ratio, ratio, ratio / width, ratio * width, word, UNITS[name])


def _measured(pairs: int = 15, **ratios: float | tuple[float, str]) -> Measurement:
    metrics = {
        name: _ratio(name, *value) if isinstance(value, tuple) else _ratio(name, value)
        for name, value in ratios.items()
    }
    return Measurement(metrics, pairs, {}, 1.0, complete=True, output_changed=False)


def _decide(measurement: Measurement, target: str | None = "cpu", *findings: Finding) -> Verdict:
    return decide.decide(measurement, target=target, findings=findings)


@pytest.mark.parametrize(
    ("measurement", "target", "status", "rule"),
    [
        (_measured(cpu_s=1.3, wall_s=1.0, rss_mib=1.0), "cpu", KEEP, "target better, none worse"),
        (_measured(cpu_s=1.3, wall_s=1.28, rss_mib=1.0), "cpu", KEEP, "target better, none worse"),
        (_measured(cpu_s=1.3, wall_s=1.3, p99_ms=1.4), "cpu", KEEP, "target better, none worse"),
        (_measured(cpu_s=1.3, wall_s=1.28, rss_mib=1.5), "cpu", KEEP, "compound"),
        (_measured(cpu_s=1.3, gc_s=4.0, rss_mib=1.0), "cpu", KEEP, "compound"),
        (_measured(cpu_s=1.3, throughput=1.2), "cpu", KEEP, "compound"),
        (_measured(cpu_s=1.0, wall_s=1.0, rss_mib=1.2), "cpu", KEEP, "another dimension better"),
        (_measured(cpu_s=1.0, wall_s=1.5), "cpu", KEEP, "another dimension better"),
        (_measured(cpu_s=1.0, wall_s=1.5), "async", KEEP, "target better, none worse"),
        (_measured(cpu_s=1.0, wall_s=1.5), "structure", KEEP, "target better, none worse"),
        (_measured(cpu_s=1.0, rss_mib=1.5), "memory", KEEP, "target better, none worse"),
        (_measured(cpu_s=1.0, gc_s=1.5), "gc", KEEP, "target better, none worse"),
        (_measured(cpu_s=1.0, p99_ms=1.5), "p99_ms", KEEP, "target better, none worse"),
        (_measured(cpu_s=1.0, p99_ms=1.5), None, KEEP, "target better, none worse"),
        (_measured(cpu_s=1.0, wall_s=1.0, rss_mib=1.0), "cpu", DISCARD, "none better"),
        (_measured(cpu_s=0.9, wall_s=0.9), "cpu", DISCARD, "none better"),
        (_measured(cpu_s=(1.2, "inconclusive"), rss_mib=1.0), "cpu", DISCARD, "inconclusive"),
        (_measured(), "cpu", DISCARD, "none better"),
    ],
)
def test_rules_without_trade_off(measurement: Measurement, target: str | None, status: str, rule: str) -> None:
    """Each situation in which nothing got worse has its verdict and names its rule."""
    verdict = _decide(measurement, target)
    assert (verdict.status, verdict.rule) == (status, rule)


@pytest.mark.parametrize(
    ("measurement", "status", "rule"),
    [
        (_measured(cpu_s=1.3, rss_mib=0.98), KEEP, "net positive"),  # a trifle does not kill a large gain
        (_measured(cpu_s=1.3, rss_mib=0.6), DISCARD, "net negative"),
        (_measured(cpu_s=1.06, rss_mib=0.95), DISCARD, "net negative"),  # level at the medians, not at the ends
        (_measured(cpu_s=1.2, wall_s=1.2, rss_mib=0.75), DISCARD, "net negative"),  # time counts once
        (_measured(cpu_s=0.9, wall_s=2.0), KEEP, "net positive"),
        (_measured(cpu_s=1.3, gc_s=0.5), KEEP, "net positive"),  # collector seconds are CPU seconds, which are fewer
        (
            _measured(cpu_s=1.0, gc_s=3.0, rss_mib=0.5),
            DISCARD,
            "net negative",
        ),  # a fifth of the CPU for the double memory
        (_measured(cpu_s=1.0, gc_s=3.0, rss_mib=0.9), KEEP, "net positive"),
        (_measured(cpu_s=1.1, throughput=0.8), DISCARD, "net negative"),
    ],
)
def test_trade_offs_are_weighed(measurement: Measurement, status: str, rule: str) -> None:
    """A gain with a loss is kept exactly when it is net positive at the pessimistic ends of the intervals."""
    verdict = _decide(measurement)
    assert (verdict.status, verdict.rule) == (status, rule)
    assert verdict.worse
    assert "net" in verdict.reason


@pytest.mark.parametrize(
    ("measurement", "price"),
    [
        (_measured(cpu_s=1.3, rss_mib=(0.987, "worse")), "rss_mib 0.987x [0.983, 0.991] worse: a price below 2%"),
        (_measured(cpu_s=1.3, rss_mib=0.98), ""),  # at its pessimistic end it is more
        (_measured(cpu_s=1.3, rss_mib=(0.987, "worse"), p99_ms=0.9), ""),
        (_measured(pairs=20, cpu_s=1.04, rss_mib=(0.987, "worse")), ""),  # a small gain is weighed by somebody
        (_measured(cpu_s=1.0, rss_mib=(0.987, "worse")), ""),
        (_measured(cpu_s=1.3), ""),
    ],
)
def test_a_slight_price_of_a_large_gain_leaves_no_question(measurement: Measurement, price: str) -> None:
    """It is named with its figures, and only beside a gain that counts at once."""
    assert decide.slight_price(_decide(measurement), measurement) == price


def test_a_price_that_was_expected_may_be_larger_and_is_bounded() -> None:
    """Words given ahead stand for a loss up to 15 %, and for nothing where there is no large gain."""
    measured = _measured(wall_s=1.5, rss_mib=0.9)
    price = decide.slight_price(_decide(measured), measured, "the index stays")
    assert price == "rss_mib 0.900x [0.896, 0.904] worse: the index stays"
    assert decide.slight_price(_decide(measured), measured) == ""
    for other in (_measured(wall_s=1.5, rss_mib=0.85), _measured(pairs=20, wall_s=1.04, rss_mib=0.98)):
        assert decide.slight_price(_decide(other), other, "the index stays") == ""


def test_a_slight_price_with_a_finding_is_a_question() -> None:
    """Whether the gain is real comes first."""
    measurement = _measured(cpu_s=1.3, rss_mib=(0.987, "worse"))
    assert decide.slight_price(_decide(measurement, "cpu", Finding("output-changed", "2 for 1")), measurement) == ""


@pytest.mark.parametrize(
    ("measurement", "rule", "clean"),
    [
        (_measured(cpu_s=(1.047, "same"), rss_mib=1.0), "gain within the band", False),  # [1.043, 1.051]
        (_measured(cpu_s=1.0, wall_s=(1.047, "same")), "gain within the band", False),
        (_measured(cpu_s=(1.015, "same"), rss_mib=1.0), "none better", True),
        (_measured(cpu_s=(0.953, "same"), rss_mib=1.0), "none better", True),
    ],
)
def test_a_gain_that_a_noisy_baseline_hides_is_no_plain_no(measurement: Measurement, rule: str, clean: bool) -> None:
    """An interval that lies beyond the narrowest band is told, and the experiment is not closed by itself."""
    verdict = _decide(measurement)
    assert (verdict.status, verdict.rule, decide.is_clean_no(verdict)) == (DISCARD, rule, clean)


def test_net_gain_is_the_product_at_the_pessimistic_ends() -> None:
    """The net of CPU and memory is the sum of the logarithms of their lower ends."""
    ratios = _measured(cpu_s=1.3, rss_mib=0.9).metrics
    expected = math.log(ratios["cpu_s"].low) + math.log(ratios["rss_mib"].low)
    assert decide.net_gain(ratios, ["cpu_s"], ["rss_mib"]) == pytest.approx(expected)


@pytest.mark.parametrize(("pairs", "status"), [(5, DISCARD), (15, DISCARD), (20, KEEP), (30, KEEP)])
def test_a_small_gain_counts_when_confirmed(pairs: int, status: str) -> None:
    """A gain below 5 % is kept only after the pairs of a first look and three more."""
    verdict = _decide(_measured(pairs, cpu_s=1.03))
    assert verdict.status == status
    assert verdict.better == ("cpu_s",)
    if status == DISCARD:
        assert verdict.rule == "gain below the minimum"


def test_a_confirmed_small_gain_elsewhere_is_not_enough() -> None:
    """A confirmed gain below 5 % in another dimension does not keep a change that misses its target."""
    assert _decide(_measured(30, cpu_s=1.0, rss_mib=1.03)).rule == "gain below the minimum"


def test_newly_failing_tests_are_to_be_fixed_first() -> None:
    """With newly failing tests the verdict is fix, whatever the gain, and it says which."""
    finding = Finding("tests-failing", "1 test newly failing: t.py::x")
    verdict = _decide(_measured(cpu_s=2.0), "cpu", finding)
    assert verdict.status == FIX
    assert "t.py::x" in verdict.reason
    assert verdict.findings == (finding,)


def test_findings_are_handed_on() -> None:
    """Other findings leave the verdict of the figures as it is and come with it."""
    finding = Finding("output-changed", "it prints something else")
    verdict = _decide(_measured(cpu_s=2.0), "cpu", finding)
    assert (verdict.status, verdict.findings) == (KEEP, (finding,))


def test_the_reason_has_the_figures() -> None:
    """The reason names metric, ratio and interval in one line."""
    verdict = _decide(_measured(cpu_s=1.3, rss_mib=1.0))
    assert "cpu_s 1.300x [1.295, 1.305] better" in verdict.reason
    assert "\n" not in verdict.reason


def test_a_verdict_survives_json() -> None:
    """What is recorded is what was decided."""
    verdict = _decide(_measured(cpu_s=2.0), "cpu", Finding("output-changed", "x"))
    assert Verdict.from_json(verdict.as_json()) == verdict


@pytest.mark.parametrize(
    ("cpu", "instructions", "status", "rule"),
    [
        ((1.01, "inconclusive"), (1.08, "better"), KEEP, "fewer instructions"),
        ((0.99, "inconclusive"), (1.08, "better"), DISCARD, "inconclusive"),
        ((1.00, "same"), (1.08, "better"), DISCARD, "none better"),
        ((0.90, "worse"), (1.08, "better"), DISCARD, "none better"),
        ((1.10, "better"), (1.00, "same"), KEEP, "target better, none worse"),
        ((1.10, "better"), (0.80, "worse"), KEEP, "target better, none worse"),
        ((1.01, "inconclusive"), (1.00, "same"), DISCARD, "inconclusive"),
    ],
)
def test_instructions_only_break_a_tie(
    cpu: tuple[float, str], instructions: tuple[float, str], status: str, rule: str
) -> None:
    """A count of instructions decides where CPU seconds cannot, agree in direction, and nowhere else."""
    verdict = _decide(_measured(30, cpu_s=cpu, instructions=instructions))
    assert (verdict.status, verdict.rule) == (status, rule)


def test_structure_is_about_start_up_where_that_was_measured() -> None:
    """A change that is about structure hits its target by start-up, and by wall seconds where start-up was not asked for."""
    started = _decide(_measured(30, wall_s=1.0, startup_wall=1.04), "structure")
    assert (started.status, started.rule) == (KEEP, "target better, none worse")
    assert _decide(_measured(30, wall_s=1.04), "structure").status == KEEP


@pytest.mark.parametrize(
    ("status", "rule", "finding", "clean"),
    [
        (DISCARD, "none better", False, True),
        (DISCARD, "net negative", False, True),
        (DISCARD, "none better", True, False),
        (DISCARD, "inconclusive", False, False),
        (DISCARD, "not confirmed", False, False),
        (DISCARD, "gain below the minimum", False, False),
        (KEEP, "target better, none worse", False, False),
        (FIX, "tests fail", False, False),
    ],
)
def test_only_a_no_that_leaves_no_question_is_clean(status: str, rule: str, finding: bool, clean: bool) -> None:
    """What is too wide to tell, small, not seen again, or found by a gate wants somebody's judgement."""
    findings = (Finding("output-changed", "2 for 1"),) if finding else ()
    assert decide.is_clean_no(Verdict(status, rule, "why", (), (), findings)) is clean


def test_the_rules_that_are_clean_are_rules_that_are_given() -> None:
    """The two names are those of real verdicts."""
    assert _decide(_measured(cpu_s=1.0)).rule in decide.CLEAN_NO
    assert _decide(_measured(cpu_s=1.1, rss_mib=0.5)).rule in decide.CLEAN_NO
