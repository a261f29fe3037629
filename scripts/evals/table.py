"""Runs of evaluation projects as one table."""

from __future__ import annotations

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
