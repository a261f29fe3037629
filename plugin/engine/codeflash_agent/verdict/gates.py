"""The gates: what a comparison of the two sides shows besides the figures, each finding one line a person can check."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from codeflash_agent.measure.statistics import BETTER
from codeflash_agent.verdict.model import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codeflash_agent.language import TestReport
    from codeflash_agent.measure.model import Measurement

SHOWN = 5
SECOND_INPUT = "second-input"
_RED = ("failed", "error")


def compare_tests(base: TestReport, head: TestReport) -> list[Finding]:
    """What the change did to the tests.

    A test that failed or broke on the base is not held against the change, whatever it does now, unless it
    vanished. A test that is new and fails counts as newly failing. Where one side knows no single tests, the exit
    statuses are compared.

    Returns:
        At most one finding for each of the gates `tests-failing`, `tests-vanished` and `tests-skipped`.
    """
    if not (base.granular and head.granular):
        return _by_exit_status(base, head)
    failing = [name for name, status in head.cases.items() if status in _RED and base.cases.get(name) not in _RED]
    vanished = [name for name in base.cases if name not in head.cases]
    skipped = [
        name for name, status in head.cases.items() if status == "skipped" and base.cases.get(name, status) != "skipped"
    ]
    excused = [name for name, status in head.cases.items() if status == "xfailed" and base.cases.get(name) == "passed"]
    findings = []
    if failing:
        findings.append(Finding("tests-failing", f"{_tests(failing)} newly failing: {_some(failing)}"))
    elif head.exit_code not in {0, base.exit_code} and not set(head.cases.values()) & set(_RED):
        # No test failed and still the run did: it broke before or after the tests.
        said = head.summary or "no summary"
        what = f"`{head.command}` ended with exit status {head.exit_code} (base: {base.exit_code}) without a failing test: {said}"
        findings.append(Finding("tests-failing", what))
    if vanished:
        findings.append(
            Finding("tests-vanished", f"{_tests(vanished)} of the base not run any more: {_some(vanished)}")
        )
    if skipped or excused:
        parts = [f"{_tests(skipped)} newly skipped: {_some(skipped)}"] if skipped else []
        parts += [f"{_tests(excused)} now expected to fail: {_some(excused)}"] if excused else []
        findings.append(Finding("tests-skipped", "; ".join(parts)))
    return findings


def _by_exit_status(base: TestReport, head: TestReport) -> list[Finding]:
    findings = []
    if head.exit_code not in {0, base.exit_code}:
        said = head.summary or "no summary"
        what = f"`{head.command}` ended with exit status {head.exit_code}, on the base with {base.exit_code}: {said}"
        findings.append(Finding("tests-failing", what))
    if base.granular and base.cases and not head.granular:
        what = (
            f"the base reported {len(base.cases)} tests one by one, the change none; only exit statuses were compared"
        )
        findings.append(Finding("tests-vanished", what))
    return findings


def changed_files(kinds: Mapping[str, str]) -> list[Finding]:
    """Findings on a change that touches more than source.

    Args:
        kinds: changed path -> its kind, as `Language.kind_of` gives it.

    Returns:
        One finding `<kind>-files-changed` for each kind other than source.
    """
    by_kind: dict[str, list[str]] = {}
    for path, kind in sorted(kinds.items()):
        if kind != "source":
            by_kind.setdefault(kind, []).append(path)
    return [
        Finding(
            f"{kind}-files-changed",
            f"the change edits {len(paths)} {kind} file{'s' * (len(paths) != 1)}: {_some(paths)}",
        )
        for kind, paths in sorted(by_kind.items())
    ]


def suspicious(signs: Sequence[tuple[str, str]]) -> list[Finding]:
    """One finding for each gate under which the source of the change shows something.

    Args:
        signs: pairs of a gate and one line, as `Language.examine` gives them.
    """
    by_gate: dict[str, list[str]] = {}
    for gate, what in signs:
        by_gate.setdefault(gate, []).append(what)
    return [Finding(gate, _some(lines, "; ")) for gate, lines in by_gate.items()]


def output_changed(measurement: Measurement) -> list[Finding]:
    """A finding where the benchmark printed something else on head than it always prints on base."""
    if not measurement.output_changed:
        return []
    what = "the benchmark's output is not what it is on the base (durations, addresses and metric lines set aside)"
    return [Finding("output-changed", what)]


def cold_warm_gap(measurement: Measurement) -> list[Finding]:
    """A finding where later calls gained and the first call, of the same work, hardly did: a memo across calls.

    Metrics are partners when their names differ in `cold` and `warm` alone. The first call gained too little when its
    gain is below half of the warm one, in logarithms, and the intervals are apart.
    """
    found = []
    for name, warm in measurement.metrics.items():
        cold = measurement.metrics.get(name.replace("warm", "cold")) if "warm" in name else None
        if cold is None or warm.verdict != BETTER or cold.high >= warm.low:
            continue
        if math.log(cold.ratio) < math.log(warm.ratio) / 2:
            found.append(
                f"{name} is {warm.ratio:.2f}x, the first call only {cold.ratio:.2f}x: "
                "something is remembered from call to call"
            )
    return [Finding("cold-warm-gap", _some(found, "; "))] if found else []


def second_input(measured: Measurement, second: Measurement, better: Sequence[str]) -> list[Finding]:
    """A finding where another input shows another output, or less than a quarter of each gain that is claimed.

    Args:
        measured: by the benchmark.
        second: by the same benchmark with the other input.
        better: the metrics on which the claim rests.
    """
    found = ["the two sides' outputs differ"] if second.output_changed else []
    gains = {name: measured.metrics[name].ratio - 1.0 for name in better}
    again = {name: second.metrics[name].ratio - 1.0 for name in better if name in second.metrics}
    if not any(gain >= gains[name] / 4 for name, gain in again.items()):
        shown = ", ".join(
            f"{name} {1 + gains[name]:.3f} then {1 + gain:.3f} [{second.metrics[name].low:.3f}, {second.metrics[name].high:.3f}]"
            for name, gain in again.items()
        )
        found.append(f"less than a quarter of the gain is there ({shown or 'no figure'}, {second.pairs} pairs)")
    return [Finding(SECOND_INPUT, f"with the second input {' and '.join(found)}")] if found else []


def _tests(names: Sequence[str]) -> str:
    return "1 test" if len(names) == 1 else f"{len(names)} tests"


def _some(names: Sequence[str], separator: str = ", ") -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return separator.join(names[:SHOWN]) + more
