import datetime

import pytest

from gaugebook.reading import BadLine, parse

LINE = "Elbe-7;2024-03-01T00:15:00;212.5;64;3600;"


def test_a_line_becomes_a_reading():
    (reading,) = parse([LINE])
    assert reading.gauge == "Elbe-7"
    assert reading.moment == datetime.datetime(2024, 3, 1, 0, 15)
    assert (reading.level, reading.temperature, reading.battery) == (212.5, 6.4, 3600)
    assert reading.flags == frozenset()
    assert reading.day == datetime.date(2024, 3, 1)


def test_silence_and_flags():
    (reading,) = parse(["Elbe-7;2024-03-01T00:15:00;;64;3600;ice,service"])
    assert reading.level is None
    assert reading.flags == {"ice", "service"}


def test_comments_and_blank_lines_count_as_lines():
    readings = list(parse(["# head\n", "\n", LINE + "\n"]))
    assert [reading.describe() for reading in readings] == ["Elbe-7 at 01.03. 00:15 (line 3)"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Elbe-7;2024-03-01T00:15:00;212.5;64;3600", "line 1: 5 fields, expected 6: Elbe-7;2024"),
        ("Elbe-7;yesterday;212.5;64;3600;", "line 1: Invalid isoformat string"),
        ("Elbe-7;2024-03-01T00:15:00;high;64;3600;", "line 1: could not convert"),
    ],
)
def test_bad_lines_are_named(line, says):
    with pytest.raises(BadLine, match=says):
        list(parse([line]))


def test_lines_before_a_bad_one_are_given():
    readings = parse([LINE, "nonsense"])
    assert next(readings).gauge == "Elbe-7"
    with pytest.raises(BadLine):
        next(readings)
