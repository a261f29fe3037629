"""The games of a season, a line each: `round white black result`, the result being 1-0, 0-1 or 1/2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

POINTS = {"1-0": (1.0, 0.0), "0-1": (0.0, 1.0), "1/2": (0.5, 0.5)}


class BadGame(ValueError):
    """A line that is no game; the text says which and why."""


@dataclass(frozen=True)
class Game:
    """One game; points are those of white and of black."""

    round: int
    white: str
    black: str
    points: tuple[float, float]

    def score_of(self, player: str) -> float:
        """What a player got.

        Raises:
            KeyError: the player took no part.
        """
        if player == self.white:
            return self.points[0]
        if player == self.black:
            return self.points[1]
        raise KeyError(player)

    def opponent_of(self, player: str) -> str:
        """Whom a player met."""
        return self.black if player == self.white else self.white


def read_games(lines: Iterable[str]) -> list[Game]:
    """The games of a file, in order of rounds; blank lines and comments are passed over.

    Raises:
        BadGame: a line is none, or a player meets themselves.
    """
    games = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 4 or not words[0].isdigit() or words[3] not in POINTS:
            raise BadGame(f"line {number} is no game: {line.strip()}")
        if words[1] == words[2]:
            raise BadGame(f"line {number}: {words[1]} meets themselves")
        games.append(Game(int(words[0]), words[1], words[2], POINTS[words[3]]))
    return sorted(games, key=lambda game: game.round)
