"""One generated term; prints a digest of the plan."""

from __future__ import annotations

import datetime
import hashlib
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from timetable.calendar import read_holidays
from timetable.planner import plan
from timetable.printing import by_room
from timetable.rooms import read_rooms
from timetable.wishes import read_wishes

FIRST = datetime.date(2024, 1, 8)
DAYS = 160
WISHES = 16000
THINGS = ("projector", "sink", "stage", "piano")


def main() -> None:
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 9
    chance = random.Random(seed)
    rooms = [f"{chance.choice('ABCD')}-{number};{chance.choice((12, 16, 24, 30, 36))};{'+'.join(t for t in THINGS if chance.random() < 0.4)}" for number in range(22)]
    holidays = ["2024-02-12 2024-02-16", "2024-03-25 2024-04-05", "2024-05-01", "2024-05-21 2024-05-31"]
    wishes = []
    for _ in range(WISHES):
        day = FIRST + datetime.timedelta(chance.randrange(DAYS))
        word = chance.choice(("", "", "", "", "exam: ", "meeting: ", "club: "))
        needs = "+".join(t for t in THINGS if chance.random() < 0.12)
        clock = f"{chance.randrange(7, 18):02}:{chance.choice((0, 15, 30, 45)):02}"
        wishes.append(
            f"T{chance.randrange(90)};{word}subject {chance.randrange(30)};{day:%d.%m.%Y};{clock};{chance.choice((45, 45, 90))};{chance.randint(4, 34)};{needs}"
        )
    made = plan(read_wishes(wishes), read_rooms(rooms), read_holidays(holidays))
    print(hashlib.sha256(by_room(made).encode()).hexdigest())


if __name__ == "__main__":
    main()
