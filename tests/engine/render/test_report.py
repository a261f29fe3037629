"""The report: figures from records only, and nothing claimed without one."""

from __future__ import annotations

from codeflash_agent.measure.model import Method
from codeflash_agent.render.report import answer_lines, report_markdown
from codeflash_agent.render.session import ledger_table, target_table
from codeflash_agent.review.state import Due
from codeflash_agent.session.state import Skip
from tests.engine.session import factories


def test_a_keep_is_shown_with_interval_tests_and_how_to_reproduce_it() -> None:
    """Every kept experiment has its table, its counts and one command that measures it again."""
    text = report_markdown(factories.session(), [factories.kept()], {"cpu_s": 2.0}, [factories.target()], {})
    assert "**CPU 2.00x** since `bbbbbbbbbbbb`" in text
    assert "| CPU | 2 s | 1 s | 2.000 | 1.980 to 2.020 | better |" in text
    assert "Tests: 1 passed, 1 failed." in text
    assert "codeflash-agent compare bbbbbbbbbbbb aaaaaaaaaaaa --benchmark 'python bench.py'" in text


def test_explanations_overrules_and_trade_offs_are_disclosed() -> None:
    """What the agent had to argue for is in the report."""
    record = factories.kept(
        explained={"output-changed": "order is documented as free"}, overruled="worst case", trade_off="4 MiB more"
    )
    text = report_markdown(factories.session(), [record], {"cpu_s": 2.0}, [], {})
    assert "Explained finding output-changed: order is documented as free" in text
    assert "Verdict overruled: worst case" in text
    assert "Trade-off: 4 MiB more" in text


def test_no_keep_is_said_plainly() -> None:
    """A session without a gain claims none."""
    text = report_markdown(factories.session(), [factories.record(1, "discard", description="same")], {}, [], {})
    assert "Nothing was kept: no change was measurably better." in text
    assert "- experiment 1, `app/load.py::parse`: same (not measured)" in text


def test_long_tables_are_cut_and_counted() -> None:
    """Ten rows are shown, the rest are a number, and those that are still open have their names."""
    rows = [factories.target(f"f{number}") for number in range(13)]
    lines = target_table(rows, {rows[11].identity: "left alone"})
    assert len(lines) == 2 + 10 + 1
    assert lines[-1] == f"(+3 more; still open: `{rows[10].identity}`, `{rows[12].identity}`)"
    assert target_table(rows, {row.identity: "left alone" for row in rows})[-1] == "(+3 more)"


def test_text_from_outside_cannot_break_a_table() -> None:
    """A bar in a description does not open a column."""
    (_, _, row) = ledger_table([factories.kept(description="a | b")])
    assert row.count("|") == 9


def test_nothing_tried_is_not_called_nothing_better() -> None:
    """A session that found no target worth an experiment does not speak of changes."""
    text = report_markdown(factories.session(), [], {}, [], {})
    assert "Nothing was changed: no target was worth an experiment." in text
    assert "measurably better" not in text


def test_a_keep_names_the_benchmark_that_measured_it() -> None:
    """Where another method is locked by now, and its figures are reproduced by its own."""
    former = Method("python small.py")
    session = factories.session(baselines=[{"method": former.as_json(), "ended": "now", "why": "toy-sized"}])
    records = [factories.kept(1, method=former.digest), factories.kept(2, method=session.method.digest)]
    first, second = answer_lines(session, records, {}, "x", [], None, [], [])[5:7]
    assert first.endswith("; by `python small.py`")
    assert "; by `" not in second
    text = report_markdown(session, records, {}, [], {})
    assert "aaaaaaaaaaaa --benchmark 'python small.py'" in text
    assert "aaaaaaaaaaaa --benchmark 'python bench.py'" in text


def test_the_answer_is_ready_to_hand_on() -> None:
    """What is missing comes first, then each keep, discard and skip in a line with its figures, and what was not tried."""
    records = [factories.kept(trade_off="4 MiB more"), factories.record(2, "discard", description="measured: same")]
    session = factories.session(
        skipped=[Skip("a.py::f", "calls others", "now"), Skip("a.py::g", "calls others", "now")]
    )
    due = Due("codeflash-agent review", "no reviewer has seen it")
    lines = answer_lines(
        session,
        records,
        {"cpu_s": 2.0},
        "Not complete: x",
        [],
        due,
        ["too small to win: a.py::h"],
        ["a.py::i", "app/load.py::parse"],
    )
    assert lines[0] == "Not complete: x"
    assert "1 kept, 1 discarded" in lines[2]
    assert lines[3].startswith("**CPU 2.00x** since")
    assert lines[5].startswith(
        "- perf: parse in one pass (`aaaaaaaaa`, app/load.py::parse): CPU 2.00x [1.98, 2.02] better"
    )
    assert lines[5].endswith("; trade-off: 4 MiB more")
    assert "- discarded: app/load.py::parse: measured: same" in lines
    assert "- left: a.py::f, a.py::g: calls others" in lines
    assert "- too small to win: a.py::h" in lines
    assert "- not tried: a.py::i" in lines
    assert "- not tried again after its keep: app/load.py::parse" in lines
    assert "- review: none yet" in lines
    assert len(lines) <= 20


def test_what_follows_the_table_of_targets_is_no_row_of_it() -> None:
    """Markdown takes a line below a table for one of its rows unless an empty one stands between."""
    rows = [factories.target(f"f{number}") for number in range(13)]
    text = report_markdown(factories.session(), [], {}, rows, {}, floor=["too small to win: `x`"])
    lines = text.splitlines()
    for start in ("(+3 more", "too small to win"):
        place = next(number for number, line in enumerate(lines) if line.startswith(start))
        assert lines[place - 1] == ""
