#!/usr/bin/env python3
"""How often a rule keeps what is nothing, and how often it finds what is something.

    python scripts/bench/decider.py                      replay recorded and made-up noise (half an hour)
    python scripts/bench/decider.py --only quiet-long    replay one recording
    python scripts/bench/decider.py --record quiet-short       record the noise of this machine first (a minute)
    python scripts/bench/decider.py --record burners-long --burners 3 --calls 64
    python scripts/bench/decider.py --live 20            make 20 real decisions (about 15 s each)

A recording is a file of the figures that `measure.process` gives for fresh processes of one program that never changes.
A decision is replayed by taking neighbouring runs from it, in the order in which the rule would have run them, and
dividing head's figures by the effect that is to be found. So drift and disturbances are those of the machine, and the
truth is known. Rules and constants were developed on the recordings that begin with `dev-` and on the made-up noise; the
other recordings, made afterwards, judge them. The tables are Markdown, as docs/decisions.md has them.
"""

from __future__ import annotations

import argparse
import random
import statistics as simple
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "plugin" / "engine"), str(ROOT / "scripts")]

from bench import decider_live  # noqa: E402
from bench.decider_noise import DATA, TIMES, Replay, record, recorded, synthetic  # noqa: E402
from bench.decider_rules import MEMORY_RULES, RULES  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.decider_rules import Rule
    from codeflash_agent.measure.model import Sample

EFFECTS = (1.0, 1.03, 1.05)
MEMORY_EFFECTS = (1.0, 1.02, 1.05)
MADE_UP = "made-up"
LIVE = DATA.with_name("decisions.jsonl")


def table(
    series: Sequence[Sample],
    rules: dict[str, tuple[Rule, bool, int]],
    metrics: Sequence[str],
    effects: Sequence[float],
    decisions: int,
    seed: int,
) -> None:
    """Print, for each rule, the share kept at each effect on `metrics`, and the pairs it took on average."""
    print("| rule | " + " | ".join(f"{effect - 1:+.0%}" for effect in effects) + " | pairs |")
    print("| --- |" + " ---: |" * (len(effects) + 1))
    for name, (rule, calls, runs) in rules.items():
        generator = random.Random(seed)
        spent: list[int] = []
        cells = []
        for effect in effects:
            kept = 0
            for _ in range(decisions):
                start, order = generator.randrange(len(series)), generator.randrange(1 << 30)
                kept += rule(
                    Replay(series, start, dict.fromkeys(metrics, effect), calls=calls, runs=runs), order, spent
                )
            cells.append(f"{kept / decisions:.1%}")
        print(f"| {name} | {' | '.join(cells)} | {simple.mean(spent):.1f} |", flush=True)


def main() -> int:
    """Record, decide for real, or replay."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=400, help="replayed for each cell (default 400)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", metavar="NAME", help="record this machine's noise under that name")
    parser.add_argument("--runs", type=int, default=500, help="of a recording (default 500)")
    parser.add_argument("--calls", type=int, default=8, help="of about 4 ms in a recorded run (default 8)")
    parser.add_argument("--burners", type=int, default=0, help="processes that compete for the CPU while recording")
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="replay these recordings, or made-up")
    parser.add_argument("--live", type=int, metavar="N", help="make N more real decisions; may be interrupted")
    arguments = parser.parse_args()
    started = time.monotonic()
    if arguments.record:
        record(arguments.record, arguments.runs, arguments.burners, arguments.calls)
    elif arguments.live is not None:
        try:
            decider_live.decide_live(arguments.live, LIVE)
        except KeyboardInterrupt:
            print("interrupted; what was decided is kept")
        print(decider_live.summary(LIVE))
    else:
        made_up = not arguments.only or MADE_UP in arguments.only
        kept = [name for name in arguments.only if name != MADE_UP]
        chosen = [*(recorded(kept) if kept or not arguments.only else ())]
        for title, series in (*chosen, *(synthetic(2000, arguments.seed) if made_up else ())):
            print(f"\n### {title}\n\nKept at a true effect on time of, {arguments.decisions} decisions a cell:\n")
            table(series, RULES, TIMES, EFFECTS, arguments.decisions, arguments.seed)
            print("\nKept at a true effect on peak memory of:\n")
            table(series, MEMORY_RULES, ("rss_mib",), MEMORY_EFFECTS, arguments.decisions, arguments.seed)
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
