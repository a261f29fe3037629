"""`scaling`: how the time of a call grows with its input, as an exponent with an interval."""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from profiler.errors import ProfileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WORD = "scaling"
FACTORS = (1, 2, 4, 8)
ROUNDS = 7  # the interval is then from the lowest to the highest, which holds the median in 98 of 100 cases
FEWEST_ROUNDS = 6  # below, no interval holds it in 95 of 100
CONFIDENCE = 0.95
SHORTEST_S = 0.005  # of a timed sample: shorter ones are repeated
MOST_CALLS = 100_000
EPILOG = """\
Data of n, 2n, 4n and 8n items are made by --data, an expression in n, and given to the call under the name `data`. Making
them is not timed. CPU time is taken, in several rounds that go through the sizes in random order; each round gives one
exponent, the slope over the logarithms. 1 is linear, 2 quadratic, n log n comes out at about 1.1.

With --fresh each call gets data of its own: for a call that changes them. The call runs in this interpreter, with the
current folder and PYTHONPATH on the path.

example:
  %(prog)s --setup "from mypackage import merge" --data "list(range(n))" --n 500 "merge(data)"

exit status: 0, or 96 when an expression fails or the arguments are wrong.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ProfileError(f"{message}; see scaling --help for an example")


def main(words: Sequence[str], name: str) -> int:
    """Time, fit and print; gives the exit status.

    Raises:
        ProfileError: the arguments are wrong, or an expression fails.
    """
    parser = _Parser(
        prog=f"{name} {WORD}",
        description="Time a call on 1, 2, 4 and 8 times as much data and fit the exponent of its growth.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("call", help="an expression in `data` and n")
    parser.add_argument("--setup", default="", help="statements that run once before")
    parser.add_argument("--data", default="None", help="an expression in n")
    parser.add_argument("--n", type=int, default=1000, help="the smallest size (1000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"at least {FEWEST_ROUNDS} ({ROUNDS})")
    parser.add_argument("--fresh", action="store_true", help="new data for each call")
    parser.add_argument("--json", action="store_true", help="everything as JSON on standard output")
    options = parser.parse_args(words)
    if options.n < 1 or options.rounds < FEWEST_ROUNDS:
        raise ProfileError(f"--n is at least 1 and --rounds at least {FEWEST_ROUNDS}")
    sys.path.insert(0, str(Path.cwd()))
    found = fit(measure(_timer(options), [options.n * factor for factor in FACTORS], options.rounds))
    sys.stdout.write(json.dumps(found, indent=1) + "\n" if options.json else render(found))
    return 0


def _timer(options: argparse.Namespace) -> Callable[[int], float]:
    """A function that gives the CPU seconds of one call on data of n items."""
    names: dict[str, Any] = {"__name__": "__scaling__"}
    make, call = _compiled(options.data, "--data"), _compiled(options.call, "the call")
    _guarded("--setup", lambda: exec(compile(options.setup, "<--setup>", "exec"), names))  # noqa: S102 - the user's own

    def evaluate(code: Any, what: str) -> Any:
        return _guarded(what, lambda: eval(code, names))  # noqa: S307 - the user's own

    def once(n: int) -> float:
        names["n"] = n  # a name of the module, so that comprehensions see it too
        repeats = 1
        while True:
            data = [evaluate(make, "--data") for _ in range(repeats if options.fresh else 1)]
            spent = 0.0
            for index in range(repeats):
                names["data"] = data[index if options.fresh else 0]
                start = time.process_time()
                evaluate(call, "the call")
                spent += time.process_time() - start
            if spent >= SHORTEST_S or repeats > MOST_CALLS:
                return spent / repeats
            repeats = max(2 * repeats, int(1.2 * SHORTEST_S / max(spent / repeats, 1e-9)))

    return once


def _compiled(text: str, what: str) -> Any:
    return _guarded(what, lambda: compile(text, f"<{what}>", "eval"))


def _guarded(what: str, action: Callable[[], Any]) -> Any:
    try:
        return action()
    except Exception as error:
        raise ProfileError(f"{what} fails: {type(error).__name__}: {error}; try it in this interpreter") from error


def measure(once: Callable[[int], float], sizes: list[int], rounds: int) -> list[dict[int, float]]:
    """Of each round size -> seconds, the sizes in random order; the first, unused round warms up."""
    made = []
    for _ in range(rounds + 1):
        order = random.sample(sizes, len(sizes))
        seconds = {n: once(n) for n in order}
        made.append({n: seconds[n] for n in sizes})
    return made[1:]


def fit(rounds: list[dict[int, float]]) -> dict[str, Any]:
    """The median exponent over the rounds, and the interval that holds it with the confidence that is given."""
    slopes = sorted(slope(seconds) for seconds in rounds)
    skipped, confidence = _order(len(slopes))
    return {
        "exponent": statistics.median(slopes),
        "interval": [slopes[skipped], slopes[-1 - skipped]],
        "confidence": confidence,
        "rounds": len(slopes),
        "seconds": {str(n): statistics.median(seconds[n] for seconds in rounds) for n in rounds[0]},
    }


def slope(seconds: dict[int, float]) -> float:
    """The least-squares slope of log time over log size."""
    points = [(math.log(n), math.log(max(spent, 1e-9))) for n, spent in seconds.items()]
    middle = [statistics.mean(axis) for axis in zip(*points)]
    above = sum((x - middle[0]) * (y - middle[1]) for x, y in points)
    return float(above / sum((x - middle[0]) ** 2 for x, _ in points))


def _order(count: int) -> tuple[int, float]:
    """How many of the lowest and highest values to leave out, and how often the rest then holds the median."""
    outside = 0.0
    for skipped in range(count // 2):
        beyond = outside + 2 * math.comb(count, skipped) / 2**count
        if 1 - beyond < CONFIDENCE:
            return max(skipped - 1, 0), 1 - outside
        outside = beyond
    return max(count // 2 - 1, 0), 1 - outside


def render(found: dict[str, Any]) -> str:
    """The result as text."""
    low, high = found["interval"]
    lines = [f"  n = {n:>9}  {1000 * seconds:12.3f} ms" for n, seconds in found["seconds"].items()]
    lines.append(
        f"[scaling] time grows as n^{found['exponent']:.2f} [{low:.2f}, {high:.2f}] "
        f"({100 * found['confidence']:.0f} % interval, {found['rounds']} rounds)"
    )
    return "\n".join(lines) + "\n"
