"""The standings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from ratings.elo import best, final
from ratings.games import Game
from ratings.ties import buchholz, points, sonneborn, wins


@dataclass(frozen=True)
class Standing:
    """One player in the table; ratings are rounded."""

    place: int
    player: str
    games: int
    points: float
    buchholz: float
    sonneborn: float
    wins: int
    rating: int
    best: int


def standings(games: Sequence[Game]) -> list[Standing]:
    """The table: points first, then opponents' points, then those weighed, then wins, then the name.

    Players that are the same in all but the name share a place.
    """
    players = sorted({name for game in games for name in (game.white, game.black)})
    ratings = final(games)
    rows = []
    for player in players:
        played = [game for game in games if player in (game.white, game.black)]
        key = (-points(games, player), -buchholz(games, player), -sonneborn(games, player), -wins(games, player))
        rows.append((key, player, len(played), round(ratings[player]), round(best(games, player))))
    rows.sort()
    found: list[Standing] = []
    for number, (key, player, count, rating, highest) in enumerate(rows, start=1):
        place = found[-1].place if found and rows[number - 2][0] == key else number
        found.append(Standing(place, player, count, -key[0], -key[1], -key[2], int(-key[3]), rating, highest))
    return found
