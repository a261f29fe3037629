"""Tests whose outcome changes from run to run: found by repetition, neither ignored nor taken for the change's fault."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from codeflash_agent.verdict import gates
from codeflash_agent.verdict.model import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from codeflash_agent.language import TestReport

REPEATS = 2  # further runs of each side
RED = ("failed", "error")
GATE = "tests-flaky"


def settle(
    base: TestReport,
    head: TestReport,
    run_base: Callable[[], TestReport],
    run_head: Callable[[], TestReport],
) -> tuple[TestReport, list[Finding]]:
    """Repeat the tests where the change seems to break some, and tell failing tests from flaky ones.

    A test that fails at each run of the change is failing. One that passes at times counts as passed, with a finding
    where the base never failed it: the change may have made it flaky. One that the base fails at times too was flaky.

    Args:
        base: of the base.
        head: of the change.
        run_base: runs the tests on the base again.
        run_head: runs the tests on the change again.

    Returns:
        The report of the change with flaky outcomes replaced, and what is to be explained.
    """
    suspects = _newly_red(base, head)
    if not suspects or not gates.compare_tests(base, head):
        return head, []
    heads = [head, *(run_head() for _ in range(REPEATS))]
    at_times = [name for name in suspects if any(report.cases.get(name) not in RED for report in heads)]
    if not at_times:
        return head, []
    bases = [base, *(run_base() for _ in range(REPEATS))]
    blamed = [name for name in at_times if all(report.cases.get(name) not in RED for report in bases)]
    cases = {**head.cases, **dict.fromkeys(at_times, "passed")}
    red = any(status in RED for status in cases.values())
    settled = dataclasses.replace(head, cases=cases, exit_code=head.exit_code if red else base.exit_code)
    return settled, [_finding(name, heads) for name in blamed]


def _newly_red(base: TestReport, head: TestReport) -> list[str]:
    return [name for name, status in head.cases.items() if status in RED and base.cases.get(name) not in RED]


def _finding(name: str, heads: Sequence[TestReport]) -> Finding:
    failed = sum(report.cases.get(name) in RED for report in heads)
    what = f"{name} failed in {failed} of {len(heads)} runs of the change and in none of the base"
    return Finding(GATE, what)
