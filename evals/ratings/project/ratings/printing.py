"""The table on paper."""

from __future__ import annotations

from typing import Sequence

from ratings.standings import Standing

HEAD = f"{'':>4} {'player':16} {'games':>5} {'points':>6} {'buch':>6} {'sonne':>7} {'wins':>4} {'rating':>6} {'best':>5}"


def number(value: float) -> str:
    """Half points as people write them."""
    whole, half = divmod(value, 1)
    return f"{int(whole)}½" if half == 0.5 else f"{value:g}"


def row(standing: Standing, *, shared: bool) -> str:
    """One line; a place that is shared is told once."""
    place = "" if shared else f"{standing.place}."
    return (
        f"{place:>4} {standing.player:16} {standing.games:5} {number(standing.points):>6} {number(standing.buchholz):>6} "
        f"{number(standing.sonneborn):>7} {standing.wins:4} {standing.rating:6} {standing.best:5}"
    )


def table(found: Sequence[Standing]) -> str:
    """The whole table."""
    lines = [HEAD]
    for index, standing in enumerate(found):
        lines.append(row(standing, shared=index > 0 and found[index - 1].place == standing.place))
    return "\n".join(lines) + "\n"
