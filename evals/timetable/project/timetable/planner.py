"""Giving rooms to wishes."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Sequence

from timetable.calendar import Holidays
from timetable.rooms import Room
from timetable.wishes import Wish

RANK = {"exam": 0, "lesson": 1, "meeting": 2, "club": 3}


@dataclass
class Plan:
    """What became of the wishes.

    Attributes:
        unplaced: wishes without a room, with the reason.
        free_days: how many wishes fell on days without lessons.
    """

    rooms: list[Room]
    unplaced: list[tuple[Wish, str]] = field(default_factory=list)
    free_days: int = 0

    @property
    def placed(self) -> int:
        return sum(len(wishes) for room in self.rooms for wishes in room.given.values())


def order(wishes: Sequence[Wish]) -> list[Wish]:
    """By day, then what cannot be moved first, then by time and the larger one first."""
    return sorted(wishes, key=lambda wish: (wish.start.date(), RANK[wish.kind], wish.start, -wish.pupils, wish.teacher))


def plan(wishes: Sequence[Wish], rooms: Sequence[Room], holidays: Holidays) -> Plan:
    """Give each wish the smallest room that suits and is free."""
    made = Plan(list(rooms))
    for wish in order(wishes):
        if not holidays.is_school_day(wish.start.date()):
            made.free_days += 1
            continue
        suitable = [room for room in made.rooms if room.suits(wish)]
        if not suitable:
            made.unplaced.append((wish, "no room suits"))
            continue
        room = next((room for room in suitable if room.is_free(wish)), None)
        if room is None:
            made.unplaced.append((wish, "all taken"))
        else:
            room.give(wish)
    return made


def week_of(day: datetime.date) -> tuple[int, int]:
    """Year and number of the week by ISO 8601."""
    year, week, _ = day.isocalendar()
    return year, week
