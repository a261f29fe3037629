"""The plan on paper."""

from __future__ import annotations

from collections import Counter

from timetable.planner import Plan, week_of
from timetable.wishes import Wish


def line(wish: Wish) -> str:
    """One lesson, as lists show it."""
    return f"{wish.start:%d.%m. %H:%M}-{wish.end:%H:%M} {wish.teacher:12} {wish.subject}"


def by_room(plan: Plan) -> str:
    """The lessons of each room in order of time, then what found none, then the weeks."""
    parts = []
    for room in plan.rooms:
        lessons = sorted((wish for wishes in room.given.values() for wish in wishes), key=lambda wish: wish.start)
        parts.append(f"{room.name} ({room.places} places)\n")
        parts.extend(f"  {line(wish)}\n" for wish in lessons)
    if plan.unplaced:
        parts.append("without a room\n")
        parts.extend(f"  {line(wish)}: {why}\n" for wish, why in plan.unplaced)
    parts.append(weeks(plan))
    return "".join(parts)


def weeks(plan: Plan) -> str:
    """How many lessons there are in each week."""
    counts = Counter(week_of(day) for room in plan.rooms for day, wishes in room.given.items() for _ in wishes)
    return "".join(f"{year} week {week:2}: {count}\n" for (year, week), count in sorted(counts.items()))
