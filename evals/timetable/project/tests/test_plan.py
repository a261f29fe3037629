import datetime

import pytest

from timetable.__main__ import main
from timetable.calendar import read_holidays
from timetable.planner import order, plan, week_of
from timetable.printing import by_room
from timetable.rooms import read_rooms
from timetable.wishes import read_wishes


def wishes(*rows):
    return read_wishes([f"{teacher};{subject};{day};{clock};{minutes};{pupils};{needs}" for teacher, subject, day, clock, minutes, pupils, needs in rows])


def made(rows, rooms, holidays=()):
    return plan(wishes(*rows), read_rooms(rooms), read_holidays(holidays))


def test_the_smallest_room_that_suits():
    found = made([("N", "s", "04.03.2024", "08:00", 45, 20, "sink")], ["A;20;", "B;25;sink", "C;40;sink"])
    assert [len(room.given) for room in found.rooms] == [0, 1, 0]


def test_overlaps_need_another_room_and_neighbours_do_not():
    found = made(
        [("N", "s", "04.03.2024", "08:00", 45, 9, ""), ("O", "s", "04.03.2024", "08:30", 45, 9, ""), ("P", "s", "04.03.2024", "08:45", 30, 9, "")],
        ["A;10;", "B;10;"],
    )
    assert [sum(map(len, room.given.values())) for room in found.rooms] == [2, 1]
    assert found.placed == 3


def test_what_finds_no_room():
    found = made(
        [("N", "s", "04.03.2024", "08:00", 45, 9, ""), ("O", "s", "04.03.2024", "08:00", 45, 8, ""), ("P", "s", "04.03.2024", "09:00", 45, 8, "stage")],
        ["A;10;"],
    )
    assert [(wish.teacher, why) for wish, why in found.unplaced] == [("O", "all taken"), ("P", "no room suits")]


def test_exams_come_first_on_their_day():
    found = order(wishes(("N", "club: chess", "04.03.2024", "08:00", 45, 9, ""), ("O", "exam: s", "04.03.2024", "10:00", 45, 9, ""), ("P", "s", "03.03.2024", "12:00", 45, 9, "")))
    assert [wish.teacher for wish in found] == ["P", "O", "N"]


def test_free_days():
    found = made(
        [("N", "s", "09.03.2024", "08:00", 45, 9, ""), ("N", "s", "25.03.2024", "08:00", 45, 9, "")], ["A;10;"], ["2024-03-25"]
    )
    assert (found.free_days, found.placed) == (2, 0)


def test_weeks_are_those_of_iso():
    assert week_of(datetime.date(2024, 12, 30)) == (2025, 1)


def test_on_paper():
    found = made([("Noether", "algebra", "05.03.2024", "08:00", 45, 9, ""), ("Gauss", "exam: sums", "04.03.2024", "09:00", 90, 99, "")], ["A;10;"])
    assert by_room(found).splitlines() == [
        "A (10 places)",
        "  05.03. 08:00-08:45 Noether      algebra",
        "without a room",
        "  04.03. 09:00-10:30 Gauss        exam: sums: no room suits",
        "2024 week 10: 1",
    ]


@pytest.mark.parametrize(("pupils", "status"), [(9, 0), (90, 1)])
def test_command(tmp_path, capsys, pupils, status):
    (tmp_path / "w").write_text(f"N;s;04.03.2024;08:00;45;{pupils};\n")
    (tmp_path / "r").write_text("A;10;\n")
    (tmp_path / "h").write_text("")
    assert main([str(tmp_path / "w"), "--rooms", str(tmp_path / "r"), "--holidays", str(tmp_path / "h")]) == status
    assert capsys.readouterr().out.startswith("A (10 places)")
