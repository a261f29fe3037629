"""The gates on tests, files and output."""

from __future__ import annotations

import pytest

from codeflash_agent.language import TestReport
from codeflash_agent.measure.model import Measurement, Ratio
from codeflash_agent.verdict import gates


def _report(
    exit_code: int | None = None, *, granular: bool = True, summary: str = "the end", **cases: str
) -> TestReport:
    red = any(status in ("failed", "error") for status in cases.values())
    code = exit_code if exit_code is not None else int(red)
    return TestReport("pytest -q", code, 1.0, cases, summary, granular=granular)


def _found(base: TestReport, head: TestReport) -> dict[str, str]:
    return {finding.gate: finding.what for finding in gates.compare_tests(base, head)}


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (_report(a="passed", b="skipped"), _report(a="passed", b="skipped")),
        (_report(a="failed", b="passed"), _report(a="failed", b="passed")),
        (_report(a="failed"), _report(a="error")),
        (_report(a="failed"), _report(a="passed")),
        (_report(a="skipped"), _report(a="passed")),
        (_report(a="passed"), _report(a="passed", new="passed")),
        (_report(a="failed"), _report(a="failed", new="skipped")),
    ],
)
def test_what_was_so_before_is_not_held_against_a_change(base: TestReport, head: TestReport) -> None:
    """Old failures, old skips, mended and added tests are no findings."""
    assert _found(base, head) == {}


@pytest.mark.parametrize(
    ("base", "head", "gate", "says"),
    [
        (_report(a="passed"), _report(a="failed"), "tests-failing", "1 test newly failing: a"),
        (_report(a="xfailed"), _report(a="failed"), "tests-failing", "a"),
        (_report(a="skipped"), _report(a="error"), "tests-failing", "a"),
        (_report(a="passed"), _report(a="passed", b="failed"), "tests-failing", "b"),
        (
            _report(a="passed", b="passed"),
            _report(a="passed"),
            "tests-vanished",
            "1 test of the base not run any more: b",
        ),
        (_report(a="failed", b="passed"), _report(b="passed"), "tests-vanished", "a"),
        (_report(a="passed"), _report(a="skipped"), "tests-skipped", "1 test newly skipped: a"),
        (_report(a="failed"), _report(a="skipped"), "tests-skipped", "a"),
        (_report(a="passed"), _report(a="xfailed"), "tests-skipped", "expected to fail: a"),
    ],
)
def test_what_a_change_did_to_tests_is_found(base: TestReport, head: TestReport, gate: str, says: str) -> None:
    """Newly failing, vanished, newly skipped and newly excused tests are found by name."""
    found = _found(base, head)
    assert list(found) == [gate]
    assert says in found[gate]


def test_many_tests_are_one_line() -> None:
    """A gate has one finding of one line, however many tests it is about."""
    names = [f"t{i}" for i in range(40)]
    base, head = (TestReport("pytest -q", 0, 1.0, dict.fromkeys(names, status)) for status in ("passed", "failed"))
    found = _found(base, head)
    assert found["tests-failing"] == "40 tests newly failing: t0, t1, t2, t3, t4 and 35 more"


def test_a_run_that_breaks_without_a_failing_test_is_found() -> None:
    """A run that ends with an error though no test failed counts as failing, and its vanished tests are named too."""
    found = _found(_report(a="passed"), _report(2, summary="ERROR collecting"))
    assert set(found) == {"tests-failing", "tests-vanished"}
    assert "exit status 2" in found["tests-failing"]
    assert "ERROR collecting" in found["tests-failing"]


@pytest.mark.parametrize(
    ("base", "head", "gates_found"),
    [
        (_report(0, granular=False), _report(0, granular=False), set()),
        (_report(0, granular=False), _report(1, granular=False), {"tests-failing"}),
        (_report(1, granular=False), _report(1, granular=False), set()),
        (_report(1, granular=False), _report(0, granular=False), set()),
        (_report(1, granular=False), _report(2, granular=False), {"tests-failing"}),
        (_report(0, a="passed"), _report(0, granular=False), {"tests-vanished"}),
        (_report(0, granular=False), _report(0, a="passed"), set()),
    ],
)
def test_exit_statuses_stand_in_for_single_tests(base: TestReport, head: TestReport, gates_found: set[str]) -> None:
    """Where a side knows no single tests the exit statuses are compared, and losing the single tests is a finding."""
    assert set(_found(base, head)) == gates_found


def test_files_that_are_not_source_are_found() -> None:
    """Each kind of file other than source gives one finding that names the files."""
    kinds = {
        "pkg/a.py": "source",
        "tests/test_a.py": "test",
        "tests/conftest.py": "test",
        "setup.cfg": "configuration",
        "b/bench.py": "benchmark",
    }
    found = {finding.gate: finding.what for finding in gates.changed_files(kinds)}
    assert set(found) == {"test-files-changed", "configuration-files-changed", "benchmark-files-changed"}
    assert found["test-files-changed"] == "the change edits 2 test files: tests/conftest.py, tests/test_a.py"
    assert gates.changed_files({"pkg/a.py": "source"}) == []


@pytest.mark.parametrize("changed", [True, False])
def test_changed_output_is_found(changed: bool) -> None:
    """A measurement whose sides print different output gives a finding, and only that one."""
    measurement = Measurement({}, 5, {}, 1.0, complete=True, output_changed=changed)
    assert [finding.gate for finding in gates.output_changed(measurement)] == ["output-changed"] * changed


def test_signs_of_one_gate_are_one_finding() -> None:
    """What the audit of the source sees becomes one finding for each gate, with the places."""
    signs = [("module-state", "a.py:1: x"), ("module-state", "a.py:9: y"), ("gc-switched", "b.py:2: z")]
    found = {finding.gate: finding.what for finding in gates.suspicious(signs)}
    assert found == {"module-state": "a.py:1: x; a.py:9: y", "gc-switched": "b.py:2: z"}
    assert gates.suspicious([]) == []


def _ratio(value: float, verdict: str = "better") -> Ratio:
    return Ratio(value, 1.0, value, value * 0.99, value * 1.01, verdict, "s")


def _measured(**ratios: Ratio) -> Measurement:
    return Measurement(ratios, 15, {}, 1.0, complete=True, output_changed=False)


@pytest.mark.parametrize(
    ("cold", "warm", "seen"),
    [
        (_ratio(1.0, "same"), _ratio(10.0), True),
        (_ratio(2.0), _ratio(10.0), True),
        (_ratio(4.0), _ratio(10.0), False),
        (_ratio(1.0, "same"), _ratio(1.3, "inconclusive"), False),
    ],
)
def test_a_gain_in_later_calls_alone_is_a_finding(cold: Ratio, warm: Ratio, *, seen: bool) -> None:
    """A first call that gained less than half of what later calls gained, in logarithms, looks like a memo."""
    found = gates.cold_warm_gap(_measured(cold_s=cold, warm_s=warm))
    assert [finding.gate for finding in found] == ["cold-warm-gap"] * seen


@pytest.mark.parametrize(("again", "changed", "seen"), [(1.3, False, False), (1.1, False, True), (1.9, True, True)])
def test_a_second_input_must_show_a_quarter_of_the_gain(again: float, *, changed: bool, seen: bool) -> None:
    """Less than a quarter of the claimed gain with another input, or other output there, is a finding."""
    second = Measurement({"cpu_s": _ratio(again)}, 5, {}, 1.0, complete=True, output_changed=changed)
    found = gates.second_input(_measured(cpu_s=_ratio(2.0)), second, ["cpu_s"])
    assert [finding.gate for finding in found] == ["second-input"] * seen
