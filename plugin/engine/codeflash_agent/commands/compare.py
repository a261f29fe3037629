"""`compare`: the paired measurement between two commits, for people and for CI."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import shlex
import signal
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent import languages
from codeflash_agent.commands import _common, _method
from codeflash_agent.errors import DONE, NO, EnvironmentProblem
from codeflash_agent.language import Setup
from codeflash_agent.measure import extras, statistics
from codeflash_agent.measure.pairs import measure_band, measure_pairs, pair_to_json
from codeflash_agent.measure.process import run_benchmark
from codeflash_agent.render.measurement import markdown_lines, measurement_lines
from codeflash_agent.session import worktrees
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType

    from codeflash_agent.language import Language
    from codeflash_agent.measure.model import Measurement, Method, Pair, Side

HELP = "measure two commits against each other, in pairs, and say what got better or worse"
EXAMPLE = "codeflash-agent compare main HEAD --benchmark 'python bench.py' --fail-on cpu_s=5% --markdown out.md"

SCHEMA = 1
BUDGET_S = 600.0
BAND_SHARE = 0.25  # of the budget, at most, for finding out how noisy the machine is


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("base", metavar="BASE", help="the commit to compare against: a branch, tag or hash")
    parser.add_argument(
        "head",
        metavar="HEAD",
        nargs="?",
        default="HEAD",
        help="the commit with the change (default: HEAD; uncommitted changes are never measured)",
    )
    parser.add_argument("--benchmark", help="the command to measure, run at the top of each tree (default: setup's)")
    parser.add_argument(
        "--budget",
        type=_method.seconds,
        default=BUDGET_S,
        metavar="S",
        help=f"seconds of benchmarking (default {BUDGET_S:.0f})",
    )
    _method.add_arguments(parser)
    parser.add_argument(
        "--fail-on",
        action="append",
        default=[],
        type=_threshold,
        metavar="[METRIC=]LOSS",
        help="exit with 1 only for a loss of at least this, such as 5%% or 0.05 (default: any that is told from noise); "
        "with METRIC= for that metric alone; repeatable",
    )
    parser.add_argument("--seed", type=int, help="of the order of runs (default: from the commits)")
    parser.add_argument(
        "--markdown",
        nargs="?",
        const="-",
        metavar="FILE",
        help="print the table as Markdown, or with FILE write it there too",
    )
    _common.add_json(parser)


def _threshold(text: str) -> tuple[str, float]:
    metric, separator, number = text.rpartition("=")
    with contextlib.suppress(ValueError):
        loss = float(number[:-1]) / 100.0 if number.endswith("%") else float(number)
        if 0 <= loss < 1 and bool(metric) == bool(separator):
            return metric, loss
    raise argparse.ArgumentTypeError(f"{text!r}: write a loss between 0 and 1, such as 5% or 0.05, or METRIC=5%")


def run(arguments: argparse.Namespace) -> int:
    """Compare; exit status 0 without a regression, 1 when a metric is worse, 2 for usage or environment."""
    layout = places.find(Path.cwd())
    # Names are read where the user stands: in a session's worktree HEAD is the session's.
    base, head = (git.resolve(Path.cwd(), name) for name in (arguments.base, arguments.head))
    if base == head:
        raise EnvironmentProblem(
            f"{arguments.base} and {arguments.head} are the same commit {base[:12]}; "
            "uncommitted changes are not measured, commit them first"
        )
    language = languages.load(layout.project)
    setup = _setup(layout, language)
    benchmark = arguments.benchmark or setup.benchmark_command
    if not benchmark:
        raise EnvironmentProblem("no benchmark was found; give the command to measure with --benchmark 'command'")
    method = _method.made(arguments, benchmark)
    seed = arguments.seed if arguments.seed is not None else zlib.crc32(f"{base}{head}{benchmark}".encode())
    if arguments.head == "HEAD" and git.uncommitted(Path.cwd()):
        _common.progress("uncommitted changes of this checkout are not measured")
    pairs: list[Pair] = []
    with _ended_politely(), _two_trees(layout, setup, base, head) as trees:
        sides = [worktrees.side(name, language, setup, layout, tree) for name, tree in zip(("base", "head"), trees)]
        _common.progress("one run, to see how long it takes")
        first = run_benchmark(dataclasses.replace(method, runs=1), sides[0])
        _method.check(method, first)
        method = _method.fitted(method, first, arguments.runs)
        measurement = _measure(method, sides[0], sides[1], seed, arguments.budget, pairs)
    limits = dict(arguments.fail_on)
    regressions = regressed(measurement, limits)
    document = {
        "schema_version": SCHEMA,
        "base": base,
        "head": head,
        "benchmark": benchmark,
        "method": method.as_json(),
        "seed": seed,
        **measurement.as_json(),
        "regressions": regressions,
        "raw_pairs": [pair_to_json(pair) for pair in pairs],
    }
    worse = ["", f"worse: {', '.join(regressions)}"] if regressions else []
    kept = _kept(layout, document)
    plain = [*_heading(arguments, base, head, benchmark), *measurement_lines(measurement), *worse, *kept]
    marked = [*_heading(arguments, base, head, benchmark, tick="`"), *markdown_lines(measurement), *worse]
    _common.emit(arguments, marked if arguments.markdown == "-" else plain, document)
    if arguments.markdown not in (None, "-"):
        atomic.write_text(Path(arguments.markdown), "\n".join([*marked, ""]))
    unknown = sorted(name for name in limits if name and name not in measurement.metrics)
    if unknown:
        raise EnvironmentProblem(
            f"--fail-on names {', '.join(unknown)}, which was not measured; measured were {', '.join(measurement.metrics)}"
        )
    return NO if regressions else DONE


def _kept(layout: places.Layout, document: dict[str, Any]) -> list[str]:
    """In a session the figures are put beside its records, so that what is said of them can be looked up."""
    if not layout.session_json.exists():
        return []
    with atomic.locked(layout.lock):
        layout.comparisons.mkdir(exist_ok=True)
        numbers = [int(path.stem) for path in layout.comparisons.glob("*.json") if path.stem.isdigit()]
        file = layout.comparisons / f"{max(numbers, default=0) + 1:03d}.json"
        atomic.write_json(file, document)
    return ["", f"kept with the session as {file.relative_to(layout.project)}"]


def _setup(layout: places.Layout, language: Language) -> Setup:
    if layout.setup_json.exists():
        return Setup.from_json(atomic.read_json(layout.setup_json))
    return language.detect(layout.project)


def _measure(method: Method, base: Side, head: Side, seed: int, budget_s: float, pairs: list[Pair]) -> Measurement:
    """The base against itself for this machine's band, then the two sides, with the pairs put into `pairs`."""
    started = time.monotonic()
    band = measure_band(method, base, base, seed=seed, budget_s=BAND_SHARE * budget_s, progress=_common.progress)
    left = budget_s - (time.monotonic() - started)
    outcome = measure_pairs(
        method,
        base,
        head,
        seed=seed,
        budget_s=max(1.0, left),
        band=band,
        on_pair=pairs.append,
        progress=_common.progress,
    )
    return extras.measured(method, base, head, outcome, seed=seed, say=_common.progress)


def regressed(measurement: Measurement, limits: Mapping[str, float]) -> list[str]:
    """The metrics that are worse, and by at least their limit; the limit under the empty name is everyone's."""
    return [
        name
        for name, ratio in measurement.metrics.items()
        if ratio.verdict == statistics.WORSE and 1.0 - ratio.ratio >= limits.get(name, limits.get("", 0.0))
    ]


def _heading(arguments: argparse.Namespace, base: str, head: str, benchmark: str, tick: str = "") -> list[str]:
    names = [
        commit[:12] if commit.startswith(name) else f"{name} ({commit[:12]})"
        for name, commit in ((arguments.base, base), (arguments.head, head))
    ]
    text = f"{names[0]} against {names[1]}: {tick}{benchmark}{tick}"
    command = f"codeflash-agent compare {base[:12]} {head[:12]} --benchmark {shlex.quote(benchmark)}"
    return [text, "", f"Reproduce: `{command}`", ""] if tick else [text, ""]


@contextlib.contextmanager
def _two_trees(layout: places.Layout, setup: Setup, base: str, head: str) -> Iterator[tuple[Path, Path]]:
    """Both commits checked out under `.codeflash/worktrees`, at paths of equal length, and removed afterwards."""
    git.exclude(layout.project, f"/{places.HOME}/")
    folder = layout.home / "worktrees"
    trees = (folder / f"compare-{os.getpid()}-base", folder / f"compare-{os.getpid()}-head")
    made_home = not layout.home.exists()
    try:
        for tree, commit in zip(trees, (base, head)):
            git.remove_worktree(layout.project, tree)
            git.add_worktree(layout.project, tree, commit)
            worktrees.settle(layout, setup, tree)
        yield trees
    finally:
        for tree in trees:
            git.remove_worktree(layout.project, tree)
        with contextlib.suppress(OSError):  # not empty: a session's own, or another comparison's
            folder.rmdir()
            if made_home:
                layout.home.rmdir()


@contextlib.contextmanager
def _ended_politely() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into KeyboardInterrupt while the block runs, so that what it made is removed."""

    def interrupt(_number: int, _frame: FrameType | None) -> Any:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before):
            signal.signal(number, handler)
