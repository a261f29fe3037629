"""Ratings by the formula of Elo."""

from __future__ import annotations

from typing import Sequence

from ratings.games import Game

START = 1500.0
FACTOR = 24.0
WIDTH = 400.0


def expected(own: float, other: float) -> float:
    """The points that a rating promises against another."""
    return 1.0 / (1.0 + 10.0 ** ((other - own) / WIDTH))


def history(games: Sequence[Game]) -> list[dict[str, float]]:
    """All ratings after each game, in order."""
    ratings: dict[str, float] = {}
    found = []
    for game in games:
        white = ratings.get(game.white, START)
        black = ratings.get(game.black, START)
        change = FACTOR * (game.points[0] - expected(white, black))
        ratings = {**ratings, game.white: white + change, game.black: black - change}
        found.append(ratings)
    return found


def final(games: Sequence[Game]) -> dict[str, float]:
    """The ratings after the last game."""
    return history(games)[-1] if games else {}


def best(games: Sequence[Game], player: str) -> float:
    """The highest rating that a player ever had; the starting one for somebody without games."""
    return max((ratings.get(player, START) for ratings in history(games)), default=START)
