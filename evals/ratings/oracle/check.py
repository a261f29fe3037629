"""Tells by counting steps and bytes whether a planted problem is gone, and whether results are remembered between calls.

    python check.py ITEM    # exit status 0: gone (or clean), 1: still there, 2: cannot tell (the interface changed)
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from judging import executed, main, peak


def games(count: int, players: int = 12):
    """Games of a made-up season."""
    from ratings.games import read_games

    chance = random.Random(count)
    names = [f"p{number}" for number in range(players)]
    return read_games([f"{n} {' '.join(chance.sample(names, 2))} {chance.choice(['1-0', '0-1', '1/2'])}" for n in range(count)])


def opponents_points() -> bool:
    """Whether four times the games take much less than sixteen times the steps."""
    from ratings import ties
    from ratings.standings import standings

    def steps(count: int) -> int:
        season = games(count)
        return executed(lambda: standings(season))

    assert ties
    return steps(240) < 7 * steps(60)


def rating_copies() -> bool:
    """Whether the best rating is found without a copy of all ratings for each game."""
    from ratings.standings import standings

    season = games(300, 60)
    standings(season)
    return peak(lambda: standings(games(301, 60))) < 300 * 60 * 40 / 4


def remembered_standings() -> bool:
    """Whether a second call on the same games works as much as the first."""
    from ratings.standings import standings

    first = executed(lambda: standings(games(120)))
    again = executed(lambda: standings(games(120)))
    reading = executed(lambda: games(120))
    return again - reading > 0.7 * (first - reading)


ITEMS = {
    "opponents-points": opponents_points,
    "rating-copies": rating_copies,
    "remembered-standings": remembered_standings,
}

if __name__ == "__main__":
    sys.exit(main(ITEMS))
