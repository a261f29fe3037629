"""One season, worked out several times so that the figure is steady; prints a digest of the table."""

from __future__ import annotations

import hashlib
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ratings.games import read_games
from ratings.printing import table
from ratings.standings import standings

PLAYERS = 40
ROUNDS = 16
TIMES = 6


def season(seed: int) -> list[str]:
    """The lines of a season in which better players win more often."""
    chance = random.Random(seed)
    strength = {f"Player{number:02}": chance.gauss(0, 1) for number in range(PLAYERS)}
    lines = []
    for round_number in range(1, ROUNDS + 1):
        names = list(strength)
        chance.shuffle(names)
        for white, black in zip(names[::2], names[1::2]):
            edge = strength[white] - strength[black] + chance.gauss(0.1, 1)
            result = "1/2" if abs(edge) < 0.4 else "1-0" if edge > 0 else "0-1"
            lines.append(f"{round_number} {white} {black} {result}")
    return lines


def main() -> None:
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 6
    games = read_games(season(seed))
    for _ in range(TIMES):
        text = table(standings(games))
    print(hashlib.sha256(text.encode()).hexdigest())


if __name__ == "__main__":
    main()
