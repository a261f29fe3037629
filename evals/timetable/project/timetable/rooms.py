"""Rooms and what is in them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Iterable

from timetable.wishes import Wish


@dataclass
class Room:
    """A room, and the lessons it has been given, by day.

    Attributes:
        has: at most four things, such as projector.
    """

    name: str
    places: int
    has: tuple[str, ...] = ()
    given: dict[datetime.date, list[Wish]] = field(default_factory=dict)

    def suits(self, wish: Wish) -> bool:
        """Whether a wish fits into the room at all."""
        return self.places >= wish.pupils and all(need in self.has for need in wish.needs)

    def is_free(self, wish: Wish) -> bool:
        """Whether nothing that was given overlaps with a wish."""
        taken = self.given.get(wish.start.date(), ())
        return all(other.end <= wish.start or wish.end <= other.start for other in taken)

    def give(self, wish: Wish) -> None:
        self.given.setdefault(wish.start.date(), []).append(wish)


def read_rooms(lines: Iterable[str]) -> list[Room]:
    """Rooms from lines such as `A-101;30;projector+sink`, the smallest first.

    Raises:
        ValueError: a line is none.
    """
    rooms = []
    for line in lines:
        if line and not line.startswith("#"):
            name, places, has = line.split(";")
            rooms.append(Room(name, int(places), tuple(filter(None, has.split("+")))))
    return sorted(rooms, key=lambda room: (room.places, room.name))
