import pytest

from orderreport import build_report
from orderreport.__main__ import main
from orderreport.rendering import money, render, table


@pytest.fixture
def exports(export):
    lines = export(
        {"order": "1", "customer": "Ada", "price": "10.00", "currency": "USD"},
        {"order": "1", "customer": "Ada", "price": "10.00", "currency": "USD"},
        {"order": "2", "customer": "Bo", "price": "1.00"},
        {"order": "3", "customer": "Cy", "price": "1.00", "currency": "XYZ", "sku": "q"},
        {"order": "4", "customer": "Di"},
        {"order": "5", "customer": "TEST x"},
        {"order": "6", "quantity": "?"},
    )
    return lines, ["2024-01-01,USD,0.5"], ["4"]


def test_audit_counts_each_stage(exports):
    assert build_report(*exports)["audit"] == [("read", 6, 5, 0), ("cleaned", 3, 3, 0)]


def test_amounts_are_converted(exports):
    report = build_report(*exports)
    assert report["categories"] == {"Kitchen": 600, "Kitchen / Tools": 600}
    assert report["leaders"] == {"north": [("Ada", 500)]}


def test_problems_are_told(exports):
    problems = build_report(*exports)["problems"]
    assert problems[0].startswith("row 8: invalid literal")
    assert problems[1] == "order 3 line 1: 1 x Q: no rate for XYZ on 2024-02-05"


def test_rendered_report(exports):
    text = render(build_report(*exports))
    assert "Revenue by category\n  Kitchen          6.00\n  Kitchen / Tools  6.00\n" in text
    assert "  read     6 lines, 5 orders, 0 converted\n" in text
    assert "  2024-02-05 north  1 of 1, first Ada\n" in text


def test_money():
    assert [money(cents) for cents in (0, 5, -250, 123456789)] == ["0.00", "0.05", "-2.50", "1,234,567.89"]


def test_empty_table():
    assert table("Nobody", []) == "Nobody\n  nothing\n"


def test_command_line(tmp_path, exports, capsys):
    names = []
    for name, rows in zip(("lines.csv", "rates.csv", "cancelled.txt"), exports):
        path = tmp_path / name
        path.write_text("\n".join(rows) + "\n")
        names.append(str(path))
    assert main([names[0], "--rates", names[1], "--cancelled", names[2]]) == 0
    assert "Revenue by category" in capsys.readouterr().out
    assert main([str(tmp_path / "none"), "--rates", names[1], "--cancelled", names[2]]) == 2
