"""`baseline`: start the session: its own worktree, the tests as they are, the locked method and its band."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent import languages
from codeflash_agent.commands import _common, _method
from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.measure import extras
from codeflash_agent.measure.pairs import measure_band
from codeflash_agent.measure.process import BenchmarkFailed, run_benchmark
from codeflash_agent.render import session as render
from codeflash_agent.session import context as contexts
from codeflash_agent.session import state, tests, worktrees
from codeflash_agent.session.state import Session
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from codeflash_agent.language import Setup, TestReport
    from codeflash_agent.measure.model import Method
    from codeflash_agent.storage.layout import Layout

HELP = (
    "start the session: own worktree on codeflash/optimize, tests as they are, the locked method and the machine's band"
)
EXAMPLE = "codeflash-agent baseline --benchmark 'python benchmarks/run.py' --tests 'pytest -q' --goal 'faster imports'"

SEED = 20
NOISY_BAND = 0.04
OF_TIME = ("_s", "_ms", "_us")  # how the names of a program's own figures of time end
SHOWN = 5  # benchmarks of a choice


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--benchmark",
        help="the command to measure, run at the top of the tree (default: the one that setup found, where it is one)",
    )
    parser.add_argument("--tests", help="the test command (default: setup's)")
    parser.add_argument(
        "--no-tests", action="store_true", help="go on without tests: nothing then guards the behaviour"
    )
    parser.add_argument("--guard", help="an extra command that must pass before every keep (lint, types)")
    parser.add_argument("--goal", default="", help="what the user asked for, in their words")
    parser.add_argument(
        "--in-place", action="store_true", help="work in this checkout and branch; it must be clean (CI)"
    )
    _method.add_arguments(parser)
    parser.add_argument(
        "--second",
        metavar="COMMAND",
        help="the same benchmark with another input, such as another --seed; run before a keep, where both sides must "
        "agree on its output and show at least a quarter of the gain (default: another seed, where setup saw that the "
        "benchmark takes one; '' for none)",
    )
    parser.add_argument("--again", metavar="REASON", help="take a new baseline by another method; recorded with REASON")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Start, or with --again lock another method."""
    layout = places.find(Path.cwd())
    commit = git.head_commit(layout.project)
    if state.exists(layout) and not arguments.again:
        raise Refused(
            "a session exists and its method is locked; `codeflash-agent status` says how to go on, "
            "`baseline --again REASON …` locks another method"
        )
    setup = state.load_setup(layout)
    benchmark = _benchmark(arguments, setup)
    method = _method.made(arguments, benchmark, _second(arguments, setup, benchmark))
    if method.second == method.benchmark:
        raise EnvironmentProblem("--second is the benchmark itself; give the command with another input")
    command = _tests(arguments, setup)
    if arguments.again:
        return _again(arguments, method, command)
    with atomic.locked(layout.lock):
        dirty = git.uncommitted(layout.project)
        tree = worktrees.create(layout, setup, commit, in_place=arguments.in_place)
        session = Session(
            started=state.now(),
            goal=arguments.goal,
            branch=git.current_branch(tree),
            in_place=arguments.in_place,
            tree=str(tree),
            start_commit=commit,
            method=method,
            tests=command,
            guard=arguments.guard,
            band={},
            start_values={},
        )
        try:
            report = _measure_start(layout, setup, session, commit, arguments)
        except BaseException:
            if not arguments.in_place:  # nothing was done on the branch yet; leave no trace of a failed start
                git.remove_worktree(layout.project, tree)
                git.run_git(layout.project, "branch", "--quiet", "-D", session.branch)
            raise
        state.save(layout, session)
        layout.bench.mkdir(exist_ok=True)  # nobody should have to think of it
        context = contexts.Context(layout, session, setup, languages.load(layout.project), [])
        context.derive()
    _print(arguments, session, report, dirty)
    return 0


def _again(arguments: argparse.Namespace, method: Method, command: str | None) -> int:
    with contexts.opened() as context:
        if context.open_record is not None:
            raise Refused(f"experiment {context.open_record.number} is open; keep or discard it before a new baseline")
        if context.layout.slug:
            raise Refused("a dispatched session measures by the method of the one that dispatched it")
        if context.session.out:
            names = ", ".join(one.slug for one in context.session.out)
            raise Refused(f"{names} would come back measured by another method; collect first")
        session = context.session
        old = {"method": session.method.as_json(), "band": session.band, "start_values": session.start_values}
        fresh = dataclasses.replace(
            session,
            method=method,
            tests=command,
            guard=arguments.guard or session.guard,
            baselines=[*session.baselines, {**old, "ended": state.now(), "why": arguments.again}],
        )
        report = _measure_start(context.layout, context.setup, fresh, context.base_commit, arguments)
        state.save(context.layout, fresh)
        context.session = fresh
        context.derive()
    _print(arguments, fresh, report, [])
    return 0


def _benchmark(arguments: argparse.Namespace, setup: Setup) -> str:
    fit = [one["command"] for one in setup.details.get("benchmark_candidates") or () if one["ready"]]
    told = (setup.details.get("told") or {}).get("benchmark_command")
    if not arguments.benchmark and not told and fit[1:]:
        raise EnvironmentProblem(
            f"{len(fit)} benchmarks fit: {'; '.join(fit[:SHOWN])}{' …' if fit[SHOWN:] else ''}; choose the one that does "
            "what the user asked about with --benchmark 'command'"
        )
    benchmark = arguments.benchmark or setup.benchmark_command or arguments.tests or setup.test_command
    if not benchmark:
        raise EnvironmentProblem(
            "no benchmark and no tests were found; give the command to measure with --benchmark 'command'"
        )
    return str(benchmark)


def _second(arguments: argparse.Namespace, setup: Setup, benchmark: str) -> str:
    """The second input: what was said, else the seed that setup saw for this benchmark."""
    if arguments.second is not None:
        return str(arguments.second.strip())
    candidates = setup.details.get("benchmark_candidates") or ()
    return next((str(one.get("second") or "") for one in candidates if one["command"] == benchmark), "")


def _tests(arguments: argparse.Namespace, setup: Setup) -> str | None:
    if arguments.no_tests:
        return None
    command = arguments.tests or setup.test_command
    if not command:
        raise EnvironmentProblem(
            "no test command was found; give one with --tests 'command', or --no-tests to go on without "
            "(nothing then guards the behaviour)"
        )
    return str(command)


def _measure_start(
    layout: Layout, setup: Setup, session: Session, commit: str, arguments: argparse.Namespace
) -> TestReport | None:
    """Tests and A/A pairs of the state `commit`; fills `band` and `start_values`, and settles `method.runs`."""
    language = languages.load(layout.project)
    baseline = worktrees.baseline_at(layout, setup, commit)
    base = worktrees.side("base", language, setup, layout, baseline)
    head = worktrees.side("head", language, setup, layout, session.tree_path)
    report = None
    if session.tests is not None:
        _common.progress(f"tests as they are: {session.tests}")
        report = tests.of_commit(language, setup, layout, session, baseline, commit)
        if report is not None and report.exit_code != 0 and not report.passed:
            last = (report.summary or report.output_tail or "no output").strip().splitlines()[-1]
            (layout.test_reports / f"{commit}.json").unlink(missing_ok=True)
            raise EnvironmentProblem(
                f"`{session.tests}` passes no test on the commit that the session starts from ({last}); "
                "mend the environment or give another command with --tests"
            )
    _common.progress(f"one run, then the same tree against itself: {session.method.benchmark}")
    try:
        first = run_benchmark(session.method, base)
    except BenchmarkFailed as error:
        if session.method.benchmark != session.tests:
            raise
        raise EnvironmentProblem(
            f"{error}; a test suite that fails cannot serve as the benchmark: give a command that succeeds with --benchmark"
        ) from error
    _method.check(session.method, first)
    if session.method.second:
        _common.progress(f"the second input once: {session.method.second}")
        try:
            run_benchmark(dataclasses.replace(session.method, benchmark=session.method.second, runs=1), base)
        except BenchmarkFailed as error:
            if arguments.second is not None:
                raise
            _common.progress(f"no second input: {error}")  # nobody asked for it
            session.method = dataclasses.replace(session.method, second="")
    session.method = _method.fitted(session.method, first, arguments.runs)
    session.start_values = {name: value.amount for name, value in first.values.items()}
    session.band = measure_band(session.method, base, head, seed=SEED, progress=_common.progress)
    return report


def _print(arguments: argparse.Namespace, session: Session, report: TestReport | None, dirty: Sequence[str]) -> None:
    values = ", ".join(
        f"{render.METRIC_NAMES.get(name, name)} {value:.4g}" for name, value in session.start_values.items()
    )
    lines = [
        f"[baseline] {session.method.benchmark}: {values}",
        *method_lines(session),
        f"[baseline] smallest effect that may be claimed here: {render.band_text(session.band)}",
        f"[baseline] tests{f' ({session.tests})' if session.tests else ''}: {_tests_text(report)}",
        f"[baseline] edit in {session.tree} (branch {session.branch})",
    ]
    if dirty and not session.in_place:
        lines.append(
            f"[baseline] {len(dirty)} uncommitted paths of this checkout are not part of the session and stay as they are"
        )
    lines.append("next: codeflash-agent profile")
    document = {"session": session.as_json(), "tests": report.as_json() if report else None}
    _common.emit(arguments, lines, document)


def method_lines(session: Session) -> list[str]:
    """What is worth knowing of the locked method."""
    method, lines = session.method, []
    if method.benchmark == session.tests:
        lines.append("[baseline] the test suite is measured: no benchmark was given or found")
    if method.runs > 1:
        lines.append(f"[baseline] one run is short: the best of {method.runs} counts for each sample")
    # A figure that the program prints itself is fine when it is steady, whatever the whole process does.
    steady = any(
        band <= NOISY_BAND
        for name, band in session.band.items()
        if name not in render.METRIC_NAMES and name.endswith(OF_TIME) and not name.startswith(extras.STARTUP)
    )
    if not steady and min(session.band.get(name, 0.0) for name in ("cpu_s", "wall_s")) > NOISY_BAND:
        lines.append(
            "[baseline] this benchmark is noisy here: several calls with fresh input each within one process, the seconds "
            "of the fastest printed as `codeflash-metric call_s=…`, show far smaller gains (baseline --again REASON)"
        )
    if method.extras:
        lines.append(f"[baseline] measured besides: {', '.join(method.extras)}")
    lines += [f"[baseline] belongs to the output: {name}" for name in method.results]
    lines += [f"[baseline] left out of the output: {pattern}" for pattern in method.ignore]
    if method.second:
        lines.append(f"[baseline] second input, before a keep: {method.second}")
    return lines


def _tests_text(report: TestReport | None) -> str:
    if report is None:
        return "none, as the user wished: nothing guards the behaviour"
    if not report.granular:
        return f"exit status {report.exit_code} ({report.summary or 'no summary'})"
    known = sorted(name for name, status in report.cases.items() if status in ("failed", "error"))
    text = f"{report.passed} passed, {report.failed} failed in {report.seconds:.1f} s"
    if known:
        text += f"; failing before any change, not held against it: {', '.join(known[:3])}"
        text += f" (+{len(known) - 3} more)" if known[3:] else ""
    return text
