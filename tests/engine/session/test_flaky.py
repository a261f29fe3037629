"""Flaky tests are told from failing ones by running again."""

from __future__ import annotations

from codeflash_agent.language import TestReport
from codeflash_agent.session import flaky


def report(**cases: str) -> TestReport:
    """One run of the tests."""
    return TestReport("pytest -q", int("failed" in cases.values()), 1.0, cases)


def runs(*outcomes: str):
    """A function that gives one report after the other, each with the next outcome of test `a`."""
    left = list(outcomes)
    return lambda: report(a=left.pop(0), b="passed")


def never() -> TestReport:
    """Running again is not needed here."""
    raise AssertionError("the tests were run again")


def test_nothing_is_repeated_when_nothing_broke():
    """Tests that pass, or failed before, are not run again."""
    head = report(a="passed", b="failed")
    assert flaky.settle(report(a="passed", b="failed"), head, never, never) == (head, [])


def test_a_test_that_always_fails_is_failing():
    """Three failures of three leave the report as it is."""
    head = report(a="failed", b="passed")
    settled, findings = flaky.settle(report(a="passed", b="passed"), head, never, runs("failed", "failed"))
    assert settled.cases["a"] == "failed"
    assert findings == []


def test_a_test_that_was_flaky_before_is_not_held_against_the_change():
    """It fails at times on both sides: counted as passed, nothing to explain."""
    head = report(a="failed", b="passed")
    again = runs("failed", "passed")
    settled, findings = flaky.settle(report(a="passed", b="passed"), head, again, runs("passed", "failed"))
    assert settled.cases["a"] == "passed"
    assert settled.exit_code == 0
    assert findings == []


def test_a_test_that_became_flaky_is_a_finding():
    """It fails at times on the change and never on the base: to be explained, with the figures."""
    head = report(a="failed", b="passed")
    again = runs("passed", "passed")
    _, findings = flaky.settle(report(a="passed", b="passed"), head, again, runs("passed", "failed"))
    assert [finding.gate for finding in findings] == ["tests-flaky"]
    assert "2 of 3 runs" in findings[0].what
