"""What each ingredient of the target formula is worth, and whether its weights would have been found on other cases."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bench.localisation_record import ranks
from profiler.analyse import targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.localisation_record import Recording

WITHOUT: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no time from callees": {"PASSED_UP": 0.0, "PASSED_UP_BY_LOOPS": 0.0},
    "all time from callees": {"PASSED_UP": 1.0, "PASSED_UP_BY_LOOPS": 1.0},
    "loops as other callers": {"PASSED_UP_BY_LOOPS": targets.PASSED_UP},
    "rows independent": {"EXPLAINED": 0.0},
    "no room": {"ROOM": 0.0, "WITHOUT_LOOP": 1.0},
    "length alone": {"WITHOUT_LOOP": 1.0},
    "loops alone": {"ROOM": 0.0},
    "library code in full": {"_worth": lambda _row: 1.0},
    "imports in full": {"IMPORT_WEIGHT": 1.0},
}
GRID = {
    "PASSED_UP": (0.3, 0.4, 0.5),
    "PASSED_UP_BY_LOOPS": (0.7, 0.85, 1.0),
    "EXPLAINED": (0.5, 0.75),
    "ROOM": (0.3, 0.45),
}


@contextmanager
def weights(changed: dict[str, Any]) -> Iterator[None]:
    """Rank with these weights instead."""
    kept = {name: getattr(targets, name) for name in changed}
    try:
        for name, value in changed.items():
            setattr(targets, name, value)
        yield
    finally:
        for name, value in kept.items():
            setattr(targets, name, value)


def places(cases: list[dict[str, Any]], recordings: dict[str, Recording], changed: dict[str, Any]) -> list[int]:
    """The rank in `[unified targets]` of each case's changed function under these weights; 999 where it has none."""
    with weights(changed):
        return [ranks(recordings[case["name"]], case["changed"])["targets"] or 999 for case in cases]


def _counts(found: list[int]) -> str:
    top = (sum(place <= most for place in found) for most in (1, 5, 10))
    return "".join(f"{count:>8}" for count in top) + f"{sum(1 / place for place in found) / len(found):>10.3f}"


def ablate(cases: list[dict[str, Any]], recordings: dict[str, Recording]) -> str:
    """One ingredient left out after the other, then each weight a third lower and higher."""
    lines = [f"{f'of {len(cases)}':<34}{'first':>8}{'of 5':>8}{'of 10':>8}{'mean 1/rank':>10}"]
    lines += [f"{name:<34}{_counts(places(cases, recordings, changed))}" for name, changed in WITHOUT.items()]
    for name in (*GRID, "WITHOUT_LOOP", "IMPORT_WEIGHT", "MANY"):
        for factor in (0.67, 1.33):
            value = round(min(getattr(targets, name) * factor, 100 if name == "MANY" else 1.0), 2)
            lines.append(f"{f'{name} {value:g}':<34}{_counts(places(cases, recordings, {name: value}))}")
    return "\n".join(lines)


def split(cases: list[dict[str, Any]], recordings: dict[str, Recording]) -> str:
    """Weights chosen without a package, judged on that package: what to expect of packages never seen."""
    settings = [dict(zip(GRID, values)) for values in itertools.product(*GRID.values())]
    found = [places(cases, recordings, setting) for setting in settings]
    held_out = []
    for index, case in enumerate(cases):
        others = [i for i, other in enumerate(cases) if other["package"] != case["package"]]
        best = max(found, key=lambda row: (sum(row[i] <= 5 for i in others), sum(1 / row[i] for i in others)))
        held_out.append(best[index])
    fives = sorted(sum(place <= 5 for place in row) for row in found)
    return (
        f"{'weights chosen on the other packages':<34}{_counts(held_out)}\n"
        f"among the first five under any of {len(settings)} settings: {fives[0]} to {fives[-1]}, "
        f"median {fives[len(fives) // 2]}; best {max(settings, key=lambda s: sum(p <= 5 for p in found[settings.index(s)]))}"
    )
