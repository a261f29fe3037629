"""How long looking over a long ledger takes: rules, gains and rendering, on records in memory and from disk.

python scripts/bench/ledger.py --rows 10000
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugin" / "engine")]

from codeflash_agent.session import gains, ledger, next_step, plateau, records, targets  # noqa: E402
from codeflash_agent.storage.layout import Layout  # noqa: E402
from tests.engine.session import factories  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from codeflash_agent.session.records import Record


def experiments(rows: int) -> list[Record]:
    """Ended experiments on a hundred functions, every third a keep."""
    kept, lost = factories.kept(), factories.kept(commit="", description="no gain")
    made = []
    for number in range(1, rows + 1):
        target = f"app/load.py::parse_{number % 100}"
        if number % 3 == 0:
            made.append(dataclasses.replace(kept, number=number, target=target, commit=f"{number:040x}"))
        else:
            made.append(dataclasses.replace(lost, number=number, target=target, state=records.DISCARD))
    return made


def analyse(made: list[Record]) -> None:
    """All that status and hand-over compute from the ledger."""
    session = factories.session()
    rows = [factories.target(f"parse_{number}") for number in range(20)]
    decided = records.decided(made)
    gains.products(made)
    plateau.standing(decided, targets.headroom(targets.left(rows, decided, session)))
    targets.fates(rows, decided, session)
    next_step.next_step(session, made, "c" * 40, rows)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    made = experiments(arguments.rows)
    with tempfile.TemporaryDirectory() as folder:
        layout = Layout(Path(folder))
        layout.experiments.mkdir(parents=True)
        for record in made[:1000]:
            records.save(layout, record)
        steps: dict[str, Callable[[], object]] = {
            f"analysis of {arguments.rows} rows": lambda: analyse(made),
            f"ledger of {arguments.rows} rows as text": lambda: ledger.render(made),
            f"reading {min(1000, arguments.rows)} records from disk": lambda: records.load_all(layout),
        }
        print("| step | median s | worst s |\n| --- | ---: | ---: |")
        for name, step in steps.items():
            times = []
            for _ in range(arguments.repeat):
                begun = time.perf_counter()
                step()
                times.append(time.perf_counter() - begun)
            print(f"| {name} | {statistics.median(times):.3f} | {max(times):.3f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
