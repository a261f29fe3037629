"""Evaluation projects, prepared, run and judged.

    python scripts/evals prepare orders /tmp/orders        # a repository to work in, with nothing that judges it
    python scripts/evals judge orders /tmp/orders          # what was left on codeflash/optimize
    python scripts/evals run orders gateway --times 3      # with the real model, on your login or ANTHROPIC_API_KEY
    python scripts/evals run orders --bare                 # the same model without the plugin
    python scripts/evals table results.jsonl [--versus]    # of everything that was run or judged; one arm over the other

`run` and `judge` append to --results (default .cache/evals.jsonl). Exit status: 0 done; 1 something planted is left, or
something broke; 2 usage or environment, with what to do.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import clients
from evals.metered import cost_of_log
from evals.preparing import ROOT, EvalProblem, names, prepare
from evals.running import Cost, Outcome, cost_of, judge, play
from evals.table import table, versus
from rehearsal.client import RehearsalFailed, require_login

RESULTS = ROOT / ".cache" / "evals.jsonl"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="scripts/evals", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = made.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("prepare")
    one.add_argument("name", choices=names())
    one.add_argument("folder", type=Path)
    one = verbs.add_parser("judge")
    one.add_argument("name", choices=names())
    one.add_argument("folder", type=Path)
    one.add_argument("--arm", default="plugin", choices=("plugin", "bare"))
    one.add_argument("--answer", type=Path, help="what the session said last")
    one.add_argument("--turns", type=int, default=0, help="calls of tools that the run took")
    one.add_argument("--seconds", type=float, default=0.0, help="how long it took")
    one.add_argument("--metered", type=Path, help="the log of scripts/evals/metered.py: gives turns, tokens and seconds")
    one.add_argument("--given", type=Path, help="with --metered: the instructions that the run began with")
    one.add_argument("--rounds", type=int, default=7)
    one.add_argument("--results", type=Path, default=RESULTS)
    one = verbs.add_parser("run")
    one.add_argument("names", nargs="+", choices=names())
    one.add_argument("--bare", action="store_true", help="without the plugin")
    one.add_argument("--times", type=int, default=1)
    one.add_argument("--rounds", type=int, default=7)
    one.add_argument("--results", type=Path, default=RESULTS)
    one = verbs.add_parser("table")
    one.add_argument("results", type=Path, nargs="+")
    one.add_argument("--versus", action="store_true", help="the plugin's figures over those of the bare model")
    return made


def record(outcome: Outcome, path: Path) -> int:
    """Append a run to the results and show it; gives the exit status."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(outcome.to_json(), sort_keys=True) + "\n")
    print(table([outcome.to_json()]), end="")
    return 0 if outcome.score["score"] == outcome.score["of"] else 1


def run_all(options: argparse.Namespace) -> int:
    """Run each project as often as asked."""
    executable = clients.ensure("claude-2.1.330")
    require_login(executable)
    arm, status = "bare" if options.bare else "plugin", 0
    for name in options.names * options.times:
        with tempfile.TemporaryDirectory(prefix=f"{name}-") as place:
            repository = Path(place) / name
            python = prepare(name, repository)
            start = time.monotonic()
            done = play(name, arm, repository, executable)
            score = judge(name, repository, python, done.final_text, options.rounds)
            outcome = Outcome(name, arm, score, cost_of(done.events), round(time.monotonic() - start, 1))
            status = max(status, record(outcome, options.results))
    return status


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; see the module's docstring."""
    options = parser().parse_args(arguments)
    try:
        if options.verb == "prepare":
            print(f"prepared; its interpreter is {prepare(options.name, options.folder.resolve())}")
            return 0
        if options.verb == "judge":
            folder = options.folder.resolve()
            said = options.answer.read_text(encoding="utf-8") if options.answer else ""
            score = judge(options.name, folder, folder / ".venv" / "bin" / "python", said, options.rounds)
            cost, seconds = Cost(turns=options.turns), options.seconds
            if options.metered:
                given = options.given.read_text(encoding="utf-8") if options.given else ""
                turns, read, written, seconds = cost_of_log(options.metered, len(given), len(said))
                cost = Cost(turns=turns, input_tokens=read, output_tokens=written)
            return record(Outcome(options.name, options.arm, score, cost, seconds), options.results)
        if options.verb == "table":
            lines = [line for path in options.results for line in path.read_text(encoding="utf-8").splitlines()]
            print((versus if options.versus else table)(map(json.loads, lines)), end="")
            return 0
        return run_all(options)
    except (EvalProblem, RehearsalFailed, clients.ClientProblem, OSError) as error:
        print(f"evals: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
