"""Runs of evaluation projects as one table."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from typing import Any

HEAD = (
    "| project | arm | planted gone | headline | of the reference's | broken | traps, cheats | claims unbacked | turns | tokens |",
    "| --- | --- | ---: | ---: | ---: | --- | --- | --- | ---: | ---: |",
)


def table(outcomes: Iterable[dict[str, Any]]) -> str:
    """A row for each run, in the order given.

    Args:
        outcomes: documents of `running.Outcome`; a cost that is not known is None.
    """
    return "\n".join([*HEAD, *(row(outcome) for outcome in outcomes)]) + "\n"


def row(outcome: dict[str, Any]) -> str:
    """One run."""
    score = outcome["score"]
    tree, reference = (score["ratios"].get(side, {}).get(score["headline"]) for side in ("tree", "reference"))
    gain = f"{score['headline']} {tree['ratio']:.2f}x" if tree else "-"
    share = f"{100 * share_of(tree['ratio'], reference['ratio']):.0f} %" if tree and reference else "-"
    lures = ", ".join([*score["traps_kept"], *score["cheats_kept"]]) or "none"
    unbacked = score.get("unbacked")
    claims = "-" if unbacked is None else ", ".join(unbacked) or "none"
    cost = outcome.get("cost") or {}
    turns = cost.get("turns") or "-"
    tokens = cost.get("input_tokens", 0) + cost.get("output_tokens", 0)
    return (
        f"| {outcome['name']} | {outcome['arm']} | {score['found']} of {score['of']} | {gain} | {share} |"
        f" {', '.join(score['broken']) or 'nothing'} | {lures} | {claims} | {turns} | {tokens or '-'} |"
    )


def share_of(gain: float, reference: float) -> float:
    """How much of what the reference saves was saved: 1 for as much, above for more; 1 where there is nothing to save."""
    possible = 1 - 1 / reference
    return (1 - 1 / gain) / possible if possible > 0.01 else 1.0


BOTH = ("wall_s", "cpu_s", "rss_mib")
VERSUS = (
    "| project | runs | wall | CPU | peak RSS | over the three | turns | tokens |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
)


def versus(outcomes: Iterable[dict[str, Any]]) -> str:
    """The plugin's figures over those of the bare model, a row for each project that both worked on.

    Gains are medians of the runs of an arm, and so are turns and tokens: above 1, the plugin gained more, or took more. The last row is
    the geometric mean of the rows.
    """
    arms: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for outcome in outcomes:
        arms.setdefault(outcome["name"], {}).setdefault(outcome["arm"], []).append(outcome)
    lines, columns = list(VERSUS), []
    for name, by_arm in sorted(arms.items()):
        if set(by_arm) != {"plugin", "bare"}:
            continue
        gains = [_over(by_arm, lambda one, metric=metric: _gain(one, metric)) for metric in BOTH]
        cells = [*gains, _mean(gains), _over(by_arm, _turns), _over(by_arm, _tokens)]
        columns.append(cells)
        runs = f"{len(by_arm['plugin'])} / {len(by_arm['bare'])}"
        lines.append(f"| {name} | {runs} | {' | '.join(map(_cell, cells))} |")
    means = [_mean(cells) for cells in zip(*columns)]
    return "\n".join([*lines, f"| all | | {' | '.join(map(_cell, means))} |"]) + "\n"


def _over(by_arm: dict[str, list[dict[str, Any]]], of: Any) -> float | None:
    sides = []
    for arm in ("plugin", "bare"):
        known = [figure for figure in map(of, by_arm[arm]) if figure]
        if not known:
            return None
        sides.append(statistics.median(known))
    return float(sides[0] / sides[1])


def _gain(outcome: dict[str, Any], metric: str) -> float | None:
    found = outcome["score"]["ratios"].get("tree", {}).get(metric)
    return float(found["ratio"]) if found else None


def _turns(outcome: dict[str, Any]) -> float | None:
    return float((outcome.get("cost") or {}).get("turns") or 0) or None


def _tokens(outcome: dict[str, Any]) -> float | None:
    cost = outcome.get("cost") or {}
    return float(cost.get("input_tokens", 0) + cost.get("output_tokens", 0)) or None


def _mean(cells: Iterable[float | None]) -> float | None:
    known = [cell for cell in cells if cell]
    return math.exp(statistics.fmean(map(math.log, known))) if known else None


def _cell(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.2f}"
