"""Real decisions on a change that changes nothing, one after the other, kept in a file so that they can be made in parts."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from bench.decider_noise import plain_side
from codeflash_agent.measure.model import Method
from codeflash_agent.measure.pairs import measure_band, measure_pairs
from codeflash_agent.session.measuring import confirmed, confirming
from codeflash_agent.verdict.decide import decide
from codeflash_agent.verdict.model import KEEP

if TYPE_CHECKING:
    from pathlib import Path

# About 0.2 s.
WORKLOAD = "import random; r = random.Random(1); [sorted(str(r.random()) for _ in range(9000)) for _ in range(11)]"


def decide_live(count: int, file: Path) -> None:
    """Make `count` real decisions between a tree and itself and append each to `file`, a JSON document a line."""
    method = Method(f'"{sys.executable}" -I -S -c "{WORKLOAD}"')
    base, head = plain_side("base"), plain_side("head")
    done = len(file.read_text().splitlines()) if file.exists() else 0
    for number in range(done, done + count):
        started = time.monotonic()
        band = measure_band(method, base, head, seed=3 * number)
        measured = measure_pairs(method, base, head, seed=3 * number + 1, budget_s=1e6, band=band)
        verdict = decide(measured, target="cpu", findings=[])
        claimed = verdict.status
        if claimed == KEEP:
            short = confirming(method, measured, verdict)
            again = measure_pairs(short, base, head, seed=3 * number + 2, budget_s=1e6, band=band)
            verdict = confirmed(verdict, measured, again)
        line = {
            "number": number,
            "at": dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds"),
            "status": verdict.status,
            "before_confirming": claimed,
            "rule": verdict.rule,
            "pairs": measured.pairs,
            "seconds": round(time.monotonic() - started, 1),
            "band": {name: round(value, 4) for name, value in band.items()},
            "ratios": {name: round(ratio.ratio, 4) for name, ratio in measured.metrics.items()},
        }
        with file.open("a") as out:
            out.write(json.dumps(line) + "\n")
        print(f"decision {number + 1}: {verdict.status} ({verdict.rule}) after {measured.pairs} pairs", flush=True)


def summary(file: Path) -> str:
    """One line on all decisions in `file`."""
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    statuses = Counter(row["status"] for row in rows)
    pairs = sum(row["pairs"] for row in rows) / len(rows)
    return (
        f"{len(rows)} real decisions between a tree and itself: {statuses[KEEP]} kept "
        f"({sum(row['before_confirming'] == KEEP for row in rows)} before the confirming block), "
        f"{pairs:.1f} pairs and {sum(row['seconds'] for row in rows) / len(rows):.0f} s each on average"
    )
