"""The options by which a verb makes the way of measuring."""

from __future__ import annotations

import argparse
import dataclasses
import math
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.measure import extras
from codeflash_agent.measure.model import Method

if TYPE_CHECKING:
    from codeflash_agent.measure.model import Sample

SHORT_S = 0.2  # a run below this is repeated within a sample
EXTRAS = {
    extras.STARTUP: "measure also how long importing the project's packages takes (startup_wall, startup_cpu)",
    extras.ALLOCATIONS: "measure also the allocations at peak (alloc_peak_mib), in three slower runs of each side",
    extras.INSTRUCTIONS: "count instructions too, by callgrind where valgrind is installed: some fifty times slower; they "
    "decide where CPU seconds stay inconclusive",
}
FILL_S = 0.5
MOST_RUNS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that `made` reads."""
    parser.add_argument(
        "--timeout", type=seconds, default=600.0, metavar="S", help="of one benchmark run (default 600)"
    )
    parser.add_argument(
        "--runs",
        type=_count,
        metavar="N",
        help=f"runs for one sample, the best of which counts (default 1; up to {MOST_RUNS} where one takes less than "
        f"{SHORT_S} s, because short runs vary most)",
    )
    parser.add_argument(
        "--result",
        action="append",
        default=[],
        type=_inside,
        metavar="FILE",
        help="a file below the tree that the benchmark writes; it belongs to the output that both sides must agree on; "
        "repeatable",
    )
    parser.add_argument(
        "--ignore",
        action="append",
        default=[],
        type=_pattern,
        metavar="REGEX",
        help="leave what this matches out when outputs are compared (durations, addresses and paths always are); "
        "repeatable",
    )

    for kind, text in EXTRAS.items():
        parser.add_argument(f"--{kind}", action="append_const", const=kind, dest="extras", help=text)


def made(arguments: argparse.Namespace, benchmark: str, second: str = "") -> Method:
    """The method that the options ask for."""
    return Method(
        benchmark=benchmark,
        timeout_s=arguments.timeout,
        runs=arguments.runs or 1,
        results=tuple(dict.fromkeys(arguments.result)),
        ignore=tuple(dict.fromkeys(arguments.ignore)),
        second=second,
        extras=tuple(kind for kind in extras.KINDS if kind in (arguments.extras or ())),
    )


def check(method: Method, first: Sample) -> None:
    """Raise EnvironmentProblem where the first run did not write a declared result file."""
    missing = [name for name in method.results if any(f" {name} was not written" in note for note in first.notes)]
    if missing:
        raise EnvironmentProblem(
            f"the benchmark wrote no {missing[0]} at the top of the tree; give the path that it writes with --result"
        )


def fitted(method: Method, first: Sample, runs: int | None) -> Method:
    """The method as the first run asks for: pinned where it had one task, and, unless `runs` says it, runs for a sample."""
    method = dataclasses.replace(method, pinned=first.tasks == 1)
    wall = first.values["wall_s"].amount
    if runs is not None or wall >= SHORT_S:
        return method
    return dataclasses.replace(method, runs=min(MOST_RUNS, math.ceil(FILL_S / max(wall, 1e-3))))


def seconds(text: str) -> float:
    """An option's value that is a time above 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if number > 0 and math.isfinite(number):
        return number
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")


def _count(text: str) -> int:
    if text.isdigit() and 1 <= int(text) <= 100:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of runs between 1 and 100")


def _inside(text: str) -> str:
    path = PurePosixPath(text)
    if not text or path.is_absolute() or ".." in path.parts:
        raise argparse.ArgumentTypeError(f"{text!r} must be a path below the top of the tree")
    return str(path)


def _pattern(text: str) -> str:
    try:
        re.compile(text.encode())
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no regular expression: {error}") from error
    return text
