"""Print the standings of a file of games."""

from __future__ import annotations

import argparse
from pathlib import Path

from ratings.games import BadGame, read_games
from ratings.printing import table
from ratings.standings import standings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="ratings", description=__doc__)
    parser.add_argument("games", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        games = read_games(chosen.games.read_text(encoding="utf-8").splitlines())
    except (OSError, BadGame) as error:
        parser.exit(2, f"ratings: {error}\n")
    print(table(standings(games)), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
