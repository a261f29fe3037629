"""Tells by counting calls and steps whether a planted problem is gone. Run in the tree that is to be judged.

    python check.py ITEM    # exit status 0: gone, 1: still there, 2: cannot tell (the interface changed)
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from judging import executed, main


def lines(count: int) -> list[str]:
    """Wishes on as many different days and times as there are wishes."""
    first = datetime.datetime(2024, 1, 8, 8, 0)
    moments = [first + datetime.timedelta(days=n, minutes=n % 60) for n in range(count)]
    return [f"N;s;{moment:%d.%m.%Y;%H:%M};45;9;" for moment in moments]


def date_parsing() -> bool:
    """Whether a wish takes less than 250 steps to read."""
    from timetable.wishes import read_wishes

    read_wishes(lines(3))
    return executed(lambda: read_wishes(lines(100))) - executed(lambda: lines(100)) < 100 * 250


def holiday_days() -> bool:
    """Whether asking for a school day hardly depends on how long holidays are."""
    from timetable.calendar import read_holidays

    def steps(last: str) -> int:
        holidays = read_holidays([f"2024-01-01 {last}"])
        holidays.is_school_day(datetime.date(2026, 3, 4))  # what is worked out once may be worked out now
        return executed(lambda: [holidays.is_school_day(datetime.date(2026, 3, 2 + n)) for n in range(5)])

    return steps("2025-12-31") < 2 * steps("2024-01-02")


def all_suitable() -> bool:
    """Whether rooms behind the first that suits and is free are left alone."""
    from timetable.calendar import read_holidays
    from timetable.planner import plan
    from timetable.rooms import Room, read_rooms
    from timetable.wishes import read_wishes

    def steps(rooms: int) -> int:
        found = read_rooms([f"R{n:03};30;" for n in range(rooms)])
        wishes = read_wishes(lines(40))
        return executed(lambda: plan(wishes, found, read_holidays([])))

    assert Room("x", 1).places == 1
    return steps(60) < 1.5 * steps(4)


ITEMS = {"date-parsing": date_parsing, "holiday-days": holiday_days, "all-suitable": all_suitable}

if __name__ == "__main__":
    sys.exit(main(ITEMS))
