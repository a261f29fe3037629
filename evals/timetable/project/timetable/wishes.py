"""What teachers ask for: `teacher;subject;day (DD.MM.YYYY);from (HH:MM);minutes;pupils;needs`, needs joined by plus signs."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Iterable

KINDS = ("lesson", "exam", "meeting", "club")


class BadWish(ValueError):
    """A line that is no wish; the text says which and why."""


@dataclass(frozen=True)
class Wish:
    """One lesson that somebody asks for.

    Attributes:
        needs: what the room must have, such as projector.
    """

    teacher: str
    subject: str
    start: datetime.datetime
    minutes: int
    pupils: int
    needs: tuple[str, ...] = ()

    @property
    def end(self) -> datetime.datetime:
        return self.start + datetime.timedelta(minutes=self.minutes)

    @property
    def kind(self) -> str:
        """What its subject says: `exam: physics` is an exam; without such a word it is a lesson."""
        word = self.subject.partition(":")[0]
        return word if word in KINDS else "lesson"


def read_wish(line: str, number: int) -> Wish:
    """The wish of one line.

    Raises:
        BadWish: the line is none.
    """
    parts = line.split(";")
    if len(parts) != 7:
        raise BadWish(f"line {number}: {len(parts)} fields, expected 7")
    teacher, subject, day, clock, minutes, pupils, needs = parts
    try:
        start = datetime.datetime.strptime(f"{day} {clock}", "%d.%m.%Y %H:%M")
        return Wish(teacher, subject, start, int(minutes), int(pupils), tuple(filter(None, needs.split("+"))))
    except ValueError as error:
        raise BadWish(f"line {number}: {error}") from None


def read_wishes(lines: Iterable[str]) -> list[Wish]:
    """The wishes of a file, in its order; blank lines and comments are passed over.

    Raises:
        BadWish: a line is none.
    """
    return [read_wish(line, number) for number, line in enumerate(lines, start=1) if line and not line.startswith("#")]
