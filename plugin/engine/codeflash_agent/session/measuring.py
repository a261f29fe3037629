"""Measuring the open experiment: identity, tests, pairs that survive a crash, confirmation, verdict."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import platform
import zlib
from typing import TYPE_CHECKING

from codeflash_agent.errors import Refused
from codeflash_agent.measure import extras
from codeflash_agent.measure.pairs import measure_pairs
from codeflash_agent.measure.process import BenchmarkFailed
from codeflash_agent.session import experiment, flaky, records, tests, worktrees
from codeflash_agent.storage import git
from codeflash_agent.verdict import decide, gates
from codeflash_agent.verdict.model import DISCARD, KEEP, Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codeflash_agent.language import TestReport
    from codeflash_agent.measure.model import Measurement, Method, Pair, Ratio, Side
    from codeflash_agent.session.context import Context
    from codeflash_agent.session.records import Candidate, Record

CONFIRMING_PAIRS = 5
SMALL_GAIN = 0.10  # below it, twice as many pairs confirm: five would miss half of a true 3 % too often
SECOND_LOOKS = (5, 15)  # a small gain is rarely seen in five pairs


def measure(context: Context, *, budget_s: float, progress: Callable[[str], None]) -> Record:
    """Bring the open experiment to a verdict for the change as it stands, going on where an earlier call ended.

    Args:
        context: the open session.
        budget_s: seconds of benchmarking in this call; what was measured before is not repeated.
        progress: told one line at a time.

    Raises:
        Refused: no experiment is open, or nothing was changed.
        EnvironmentProblem: a side cannot be run or would run foreign code.
    """
    record = experiment.require_open(context)
    candidate = experiment.candidate_now(context, record)
    if not candidate.files:
        raise Refused(f"nothing differs from {record.base_commit[:12]} in {context.tree}; edit first, then measure")
    method = context.session.method
    if record.candidate is None or record.candidate.tree_hash != candidate.tree_hash or record.method != method.digest:
        if record.verdict is not None and record.measurement is not None:
            record.earlier.append({**dataclasses.asdict(record.verdict), "measurement": record.measurement.as_json()})
        record.candidate, record.method = candidate, method.digest
        record.tests_head = record.measurement = record.confirmation = record.second = record.verdict = None
        record.hashes = _hashes(context, record.base_commit, candidate)
        record.state = records.OPEN
        context.save(record)
    baseline = worktrees.baseline_at(context.layout, context.setup, record.base_commit)
    base = worktrees.side("base", context.language, context.setup, context.layout, baseline)
    head = worktrees.side("head", context.language, context.setup, context.layout, context.tree)
    findings = _run_tests(context, record, base, head, progress)
    findings += gates.changed_files({path: context.language.kind_of(path) for path in candidate.files})
    findings += gates.suspicious(_signs(context, candidate, base.tree))
    if any(finding.gate == "tests-failing" for finding in findings):
        record.verdict = decide.tests_failed(findings)
    else:
        _run_pairs(context, record, base, head, findings, budget_s, progress)
    _note_litter(context, record)
    record.state = records.MEASURED if record.verdict is not None else records.OPEN
    context.save(record)
    return record


def _hashes(context: Context, base: str, candidate: Candidate) -> dict[str, str]:
    """What identifies the change, the benchmark and the environment of a measurement."""
    method, setup = context.session.method, context.setup
    workload = context.language.workload(setup, context.tree, method.benchmark)
    parts: dict[str, object] = {
        "diff": git.patch_between(context.tree, base, candidate.tree_hash),
        "benchmark": [method.benchmark, method.second, sorted(workload.items())],
        "environment": [setup.interpreter, setup.version, platform.platform(), platform.machine(), os.cpu_count()],
    }
    return {name: hashlib.sha256(json.dumps(part).encode()).hexdigest()[:12] for name, part in parts.items()}


def _signs(context: Context, candidate: Candidate, base: Path) -> list[tuple[str, str]]:
    """What the language's audit sees in the source of the change."""
    sources = [path for path in candidate.files if context.language.kind_of(path) == "source"]
    before, after = ({path: text for path in sources if (text := _text(tree / path))} for tree in (base, context.tree))
    workload = context.language.workload(context.setup, context.tree, context.session.method.benchmark)
    return context.language.examine(before, after, workload)


def _text(path: Path) -> str:
    """A file's text, empty where there is none or it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _run_tests(
    context: Context, record: Record, base: Side, head: Side, progress: Callable[[str], None]
) -> list[Finding]:
    command = context.session.tests
    if command is None:
        return []
    if record.tests_base is None:
        progress(f"tests on the base: {command}")
        record.tests_base = tests.of_commit(
            context.language, context.setup, context.layout, context.session, base.tree, record.base_commit
        )
    if record.tests_head is None:
        progress(f"tests on the change: {command}")

        def again(side: Side) -> TestReport:
            progress(f"tests on the {side.name} once more: some fail that did not")
            return tests.run(context.language, context.setup, context.layout, side.tree, command)

        first = tests.run(context.language, context.setup, context.layout, head.tree, command)
        record.flaky = []
        record.tests_head = first
        if record.tests_base is not None:
            record.tests_head, flaky_ones = flaky.settle(
                record.tests_base, first, lambda: again(base), lambda: again(head)
            )
            record.flaky = [finding.what for finding in flaky_ones]
        _note_litter(context, record)
        context.save(record)
    if record.tests_base is None:
        return []
    found = gates.compare_tests(record.tests_base, record.tests_head)
    return [*found, Finding(flaky.GATE, "; ".join(record.flaky))] if record.flaky else found


def _run_pairs(
    context: Context,
    record: Record,
    base: Side,
    head: Side,
    findings: list[Finding],
    budget_s: float,
    progress: Callable[[str], None],
) -> None:
    record.measurement = _block(context, record, records.MAIN, context.session.method, base, head, budget_s, progress)
    if not record.measurement.complete:
        return  # the budget ended it; the next call goes on from the pairs on disk
    method = context.session.method
    record.measurement = extras.measured(
        method, base, head, record.measurement, seed=_seed(record, "extras"), say=progress
    )
    findings = findings + gates.output_changed(record.measurement) + gates.cold_warm_gap(record.measurement)
    verdict = decide.decide(record.measurement, target=record.dimension, findings=findings)
    if verdict.status == KEEP:
        progress("confirming in an independent block")
        left = max(1.0, budget_s - record.measurement.seconds)
        method = confirming(method, record.measurement, verdict)
        record.confirmation = _block(context, record, records.CONFIRM, method, base, head, left, progress)
        if not record.confirmation.complete:
            return
        if any(name.startswith(extras.STARTUP) for name in verdict.better):
            seed = _seed(record, "extras again")
            record.confirmation = extras.measured(
                method,
                base,
                head,
                record.confirmation,
                seed=seed,
                say=progress,
                only=(extras.STARTUP,),
                looks=method.looks,
            )
        verdict = confirmed(verdict, record.measurement, record.confirmation)
    if verdict.status == KEEP and context.session.method.second:
        progress(f"the second input: {context.session.method.second}")
        try:
            record.second = _second(context, record, base, head, budget_s, progress)
        except BenchmarkFailed as error:
            if error.side != "head":
                raise
            found = [Finding(gates.SECOND_INPUT, f"with the second input {error}")]
        else:
            if not record.second.complete:
                return
            found = gates.second_input(record.measurement, record.second, verdict.better)
        verdict = dataclasses.replace(verdict, findings=(*verdict.findings, *found))
    record.verdict = verdict


def _second(
    context: Context,
    record: Record,
    base: Side,
    head: Side,
    budget_s: float,
    progress: Callable[[str], None],
) -> Measurement:
    method = dataclasses.replace(context.session.method, benchmark=context.session.method.second, looks=SECOND_LOOKS)
    spent = sum(block.seconds for block in (record.measurement, record.confirmation) if block is not None)
    return _block(context, record, records.SECOND, method, base, head, max(1.0, budget_s - spent), progress)


def confirming(method: Method, measured: Measurement, verdict: Verdict) -> Method:
    """The method of the confirming block."""
    small = all(measured.metrics[name].ratio < 1.0 + SMALL_GAIN for name in verdict.better)
    return dataclasses.replace(method, looks=(CONFIRMING_PAIRS * (2 if small else 1),))


def _block(
    context: Context,
    record: Record,
    block: str,
    method: Method,
    base: Side,
    head: Side,
    budget_s: float,
    progress: Callable[[str], None],
) -> Measurement:

    def store(pair: Pair) -> None:
        records.append_pair(context.layout, record, block, pair)

    return measure_pairs(
        method,
        base,
        head,
        seed=_seed(record, block),
        budget_s=budget_s,
        band=context.session.band,
        done=records.load_pairs(context.layout, record, block),
        on_pair=store,
        progress=progress,
    )


def _seed(record: Record, block: str) -> int:
    """The seed of the order of one block, the same whenever it is measured for this candidate."""
    assert record.candidate is not None  # noqa: S101 - set by the caller
    return zlib.crc32(f"{record.candidate.tree_hash}{block}".encode())


def confirmed(verdict: Verdict, measured: Measurement, confirmation: Measurement) -> Verdict:
    """A KEEP stands when fresh pairs show at least half of one gain that it rests on; else it becomes a DISCARD."""
    for name in verdict.better:
        again, claimed = confirmation.metrics.get(name), measured.metrics[name]
        if name in extras.EXACT:
            return verdict  # counted in several runs, and the claim rests on the worst of them
        if again is not None and seen_again(claimed, again) - 1.0 >= (claimed.ratio - 1.0) / 2:
            return verdict
    shown = ", ".join(
        f"{name} {measured.metrics[name].ratio:.3f} then {seen_again(measured.metrics[name], confirmation.metrics[name]):.3f}"
        for name in verdict.better
        if name in confirmation.metrics
    )
    return dataclasses.replace(
        verdict,
        status=DISCARD,
        rule="not confirmed",
        reason=f"an independent block of {confirmation.pairs} pairs did not show the gain again ({shown or 'no figure'})",
    )


def seen_again(claimed: Ratio, again: Ratio) -> float:
    """The ratio of fresh pairs by the figure that the claim rests on."""
    return again.fastest if claimed.by else again.ratio


def _note_litter(context: Context, record: Record) -> None:
    """Remember the files that runs left behind, so that they are not taken for part of the change."""
    assert record.candidate is not None  # noqa: S101 - set by the caller
    ours = {*record.candidate.new_files, *record.untracked_before, *record.left_by_runs}
    record.left_by_runs += [
        path
        for path in git.untracked(context.tree)
        if path not in ours and context.language.kind_of(path) != "generated"
    ]
