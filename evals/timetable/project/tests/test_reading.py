import datetime

import pytest

from timetable.calendar import Holidays, read_holidays
from timetable.rooms import read_rooms
from timetable.wishes import BadWish, read_wishes

LINE = "Noether;exam: algebra;04.03.2024;08:15;90;28;projector+sink"


def test_a_wish():
    (wish,) = read_wishes(["# head", "", LINE])
    assert (wish.teacher, wish.subject, wish.kind, wish.pupils) == ("Noether", "exam: algebra", "exam", 28)
    assert (wish.start, wish.end) == (datetime.datetime(2024, 3, 4, 8, 15), datetime.datetime(2024, 3, 4, 9, 45))
    assert wish.needs == ("projector", "sink")


def test_single_digits_are_read():
    (wish,) = read_wishes(["N;s;4.3.2024;8:05;45;1;"])
    assert wish.start == datetime.datetime(2024, 3, 4, 8, 5)
    assert wish.needs == ()


@pytest.mark.parametrize("subject", ["algebra", "seminar: algebra", ""])
def test_other_words_are_lessons(subject):
    (wish,) = read_wishes([f"N;{subject};04.03.2024;08:15;90;28;"])
    assert wish.kind == "lesson"


@pytest.mark.parametrize(
    "line",
    [
        "N;s;04.03.2024;08:15;90;28",
        "N;s;04.13.2024;08:15;90;28;",
        "N;s;30.02.2024;08:15;90;28;",
        "N;s;2024-03-04;08:15;90;28;",
        "N;s;04.03.24;08:15;90;28;",
        "N;s;04.03.2024;24:00;90;28;",
        "N;s;04.03.2024;08:60;90;28;",
        "N;s;04.03.2024;8;90;28;",
        "N;s;04.03.2024;08:15;long;28;",
        "N;s;-4.03.2024;08:15;90;28;",
        "N;s;+4.03.2024;08:15;90;28;",
        "N;s;04.03.2024;08:15:00;90;28;",
        "N;s;0 4.03.2024;08:15;90;28;",
        "N;s;004.03.2024;08:15;90;28;",
        "N;s;04.03.2024;008:15;90;28;",
    ],
)
def test_bad_wishes(line):
    with pytest.raises(BadWish, match="line 1"):
        read_wishes([line])


def test_rooms_by_size():
    rooms = read_rooms(["B;30;projector", "# c", "A;30;", "C;12;sink+projector"])
    assert [(room.name, room.places, room.has) for room in rooms] == [
        ("C", 12, ("sink", "projector")),
        ("A", 30, ()),
        ("B", 30, ("projector",)),
    ]


def test_holidays():
    holidays = read_holidays(["# h", "", "2024-03-25 2024-04-01", "2024-05-01"])
    days = [datetime.date(2024, 3, 22) + datetime.timedelta(n) for n in range(13)]
    assert [day.day for day in days if holidays.is_school_day(day)] == [22, 2, 3]
    assert not holidays.is_school_day(datetime.date(2024, 5, 1))
    assert len(holidays.days()) == 9
    assert Holidays().is_school_day(datetime.date(2024, 5, 1))


def test_holidays_that_end_before_they_begin():
    with pytest.raises(ValueError, match="ends before"):
        read_holidays(["2024-03-25 2024-03-01"])
