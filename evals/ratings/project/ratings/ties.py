"""What decides between players with as many points."""

from __future__ import annotations

from typing import Sequence

from ratings.games import Game


def points(games: Sequence[Game], player: str) -> float:
    """All points of a player."""
    return sum(game.score_of(player) for game in games if player in (game.white, game.black))


def buchholz(games: Sequence[Game], player: str) -> float:
    """The points of all opponents, each as often as they were met."""
    return sum(points(games, game.opponent_of(player)) for game in games if player in (game.white, game.black))


def sonneborn(games: Sequence[Game], player: str) -> float:
    """The points of opponents, weighed by what was taken from them."""
    total = 0.0
    for game in games:
        if player in (game.white, game.black):
            total += game.score_of(player) * points(games, game.opponent_of(player))
    return total


def wins(games: Sequence[Game], player: str) -> int:
    """How many games a player won."""
    return sum(1 for game in games if player in (game.white, game.black) and game.score_of(player) == 1)
