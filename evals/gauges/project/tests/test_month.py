import io

import pytest

from gaugebook.export import write
from gaugebook.month import build
from gaugebook.reading import BadLine
from gaugebook.table import render


@pytest.fixture
def days(tmp_path):
    def make(**files):
        paths = []
        for name, lines in files.items():
            path = tmp_path / f"{name}.txt"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            paths.append(path)
        return paths

    return make


def line(gauge, moment, level, **other):
    return f"{gauge};{moment};{level};{other.get('temperature', 64)};3600;"


def test_figures_by_gauge_and_day(days):
    month = build(
        "2024-03",
        days(
            one=[line("a", "2024-03-01T00:00:00", 100), line("a", "2024-03-01T00:15:00", 110), line("b", "2024-03-01T00:00:00", 5)],
            two=[line("a", "2024-03-02T00:00:00", 120, temperature=81)],
        ),
    )
    assert month.gauges == ["a", "b"]
    day = month.days["a", next(iter(month.days))[1]]
    assert (day.count, day.lowest, day.highest, day.mean) == (2, 100.0, 110.0, 105.0)
    assert month.marks == {"a": 110.0, "b": 5.0}
    assert [level for _, level in month.hourly["a"]] == [100.0, 120.0]


def test_files_are_read_by_name_and_other_months_left_out(days):
    paths = days(b=[line("a", "2024-03-02T00:00:00", 130)], a=[line("a", "2024-03-01T00:00:00", 100), line("a", "2024-02-29T00:00:00", 100)])
    month = build("2024-03", paths)
    assert [moment.day for moment, _ in month.hourly["a"]] == [1, 2]
    assert sum(day.count for day in month.days.values()) == 2


def test_a_bad_line_stops_the_month(days):
    with pytest.raises(BadLine, match="line 2"):
        build("2024-03", days(one=[line("a", "2024-03-01T00:00:00", 100), "nonsense"]))


def test_table(days):
    month = build("2024-03", days(one=[line("a", "2024-03-01T00:00:00", 100), line("a", "2024-03-01T01:00:00", ""), line("a", "2024-03-01T02:00:00", 104)]))
    assert render(month).splitlines() == [
        "Book of 2024-03",
        "",
        "gauge        days   lowest     mean  highest     mark",
        "a               1    100.0   102.00    104.0   102.00",
        "",
        "left out: 1",
        "  silent        1  first: a at 01.03. 01:00 (line 2)",
    ]


def test_export(days):
    month = build("2024-03", days(one=[line("ä", "2024-03-01T00:00:00", 100), line("ä", "2024-03-01T01:00:00", 150)]))
    target = io.StringIO()
    count = write(month, target)
    text = target.getvalue()
    assert count == len(text)
    assert text.splitlines() == [
        "month\t2024-03",
        "gauge\tmoment\tlevel\tclass",
        "ä\t2024-03-01T00:00:00\t100.0\tusual",
        "ä\t2024-03-01T01:00:00\t150.0\thigh",
        "sum\tdcfc279b\t108",
    ]


def test_an_empty_month(days):
    month = build("2024-03", days(one=["# nothing"]))
    target = io.StringIO()
    write(month, target)
    assert target.getvalue().splitlines()[-1].startswith("sum\t")
