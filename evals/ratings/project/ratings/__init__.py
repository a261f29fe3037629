"""Standings of a chess league."""

from ratings.games import Game, read_games
from ratings.standings import standings

__all__ = ["Game", "read_games", "standings"]
