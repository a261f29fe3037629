"""The rules that say go on, pivot, stuck, floor or stop."""

from __future__ import annotations

import pytest

from codeflash_agent.session import plateau

from . import factories


def discards(count: int, dimension: str = "cpu") -> list[factories.Record]:
    """So many discards in one dimension."""
    return [factories.record(number, "discard", dimension=dimension) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("decided", "headroom", "state"),
    [
        ([], {"cpu": 3}, plateau.GO_ON),
        ([], None, plateau.GO_ON),
        ([], {}, plateau.FLOOR),
        (discards(2), {"cpu": 3}, plateau.GO_ON),
        (discards(3), {"cpu": 3, "memory": 1}, plateau.PIVOT),
        (discards(3), {"cpu": 3}, plateau.FLOOR),
        (discards(5), {"cpu": 3, "memory": 1}, plateau.STUCK),
        (discards(8), {"cpu": 3, "memory": 1}, plateau.STOP),
        ([*discards(3), factories.kept(4)], {"cpu": 3}, plateau.GO_ON),
        ([*discards(3), factories.record(4, "crash", dimension="memory")], {"cpu": 1, "memory": 2}, plateau.PIVOT),
    ],
)
def test_each_state_follows_from_its_rule(decided: list, headroom: dict | None, state: str) -> None:
    """Discards running and headroom alone decide the state."""
    assert plateau.standing(decided, headroom).state == state


def test_a_pivot_names_the_dimensions_with_headroom() -> None:
    """The advice leads away from the exhausted dimension only."""
    standing = plateau.standing(discards(3), {"cpu": 3, "memory": 1, "gc": 2})
    assert standing.advice == "go on with gc, memory"
    assert standing.exhausted == ("cpu",)
