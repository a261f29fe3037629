"""Plan a term from files."""

from __future__ import annotations

import argparse
from pathlib import Path

from timetable.calendar import read_holidays
from timetable.planner import plan
from timetable.printing import by_room
from timetable.rooms import read_rooms
from timetable.wishes import read_wishes


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="timetable", description=__doc__)
    parser.add_argument("wishes", type=Path)
    parser.add_argument("--rooms", type=Path, required=True)
    parser.add_argument("--holidays", type=Path, required=True)
    chosen = parser.parse_args(arguments)

    def lines(path: Path) -> list[str]:
        return path.read_text(encoding="utf-8").splitlines()

    made = plan(read_wishes(lines(chosen.wishes)), read_rooms(lines(chosen.rooms)), read_holidays(lines(chosen.holidays)))
    print(by_room(made), end="")
    return 1 if made.unplaced else 0


if __name__ == "__main__":
    raise SystemExit(main())
