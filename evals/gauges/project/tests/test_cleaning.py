from gaugebook.cleaning import Rejected, usable
from gaugebook.reading import parse


def clean(*rows):
    rejected = Rejected()
    lines = [f"{gauge};2024-03-01T{number:02}:00:00;{level};64;{battery};{flags}" for number, (gauge, level, battery, flags) in enumerate(rows)]
    return [reading.level for reading in usable(parse(lines), rejected)], rejected


def test_good_readings_stay():
    levels, rejected = clean(("a", "100", 3600, ""), ("a", "110", 3600, ""))
    assert levels == [100.0, 110.0]
    assert rejected.total == 0


def test_every_reason_is_counted_with_its_first_example():
    levels, rejected = clean(
        ("a", "", 3600, ""),
        ("a", "2000", 3600, ""),
        ("a", "100", 3600, "ice"),
        ("a", "100", 2800, ""),
        ("a", "100", 3600, ""),
        ("a", "300", 3600, ""),
        ("a", "400", 3600, ""),
    )
    assert levels == [100.0]
    assert rejected.counts == {"silent": 1, "range": 1, "flagged": 1, "battery": 1, "jump": 2}
    assert rejected.examples["jump"] == "a at 01.03. 05:00 (line 6)"


def test_jumps_are_told_by_gauge():
    levels, _ = clean(("a", "100", 3600, ""), ("b", "400", 3600, ""), ("a", "101", 3600, ""))
    assert levels == [100.0, 400.0, 101.0]
