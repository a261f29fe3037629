"""From an answer to `[complete]`: every finding ends by the rules, and nothing is complete before."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from codeflash_agent import cli
from codeflash_agent.hooks import decide, look
from codeflash_agent.review import state
from codeflash_agent.session import records
from codeflash_agent.storage.layout import Layout
from tests.engine.session import factories, project

from . import branch
from .branch import answer, finding

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]
LOW = finding(severity="low", confidence=0.3, title="a needless import")


@pytest.fixture
def asked(top: Path, capsys: Captured) -> Path:
    """A session whose review waits for the reviewing agent's answer."""
    branch.session(top)
    assert cli.main(["review", "--by", "claude"]) == 1
    out = capsys.readouterr().out
    assert "next: call the agent codeflash:codeflash-review with the prompt" in out
    return top


def hand_in(top: Path, text: str, status: int) -> None:
    """Hand an answer in as the reviewing agent does."""
    (top / ".codeflash" / "answer.json").write_text(text)
    assert cli.main(["review", "--answer", ".codeflash/answer.json"]) == status


def newest(top: Path) -> state.Review:
    """The newest review."""
    return state.load_all(Layout(top))[-1]


def test_an_approval_settles_the_review_and_the_report_says_whose_it_is(asked: Path, capsys: Captured) -> None:
    """After a clean approval the answer begins with the [complete] line; before, it says what is missing, to hand on."""
    assert cli.main(["report", "--complete"]) == 1
    before = capsys.readouterr()
    assert "not complete: the review of" in before.err
    assert before.out.startswith("Not complete: the review of")
    assert "[complete]" not in before.out
    assert "CPU 2.00x" in before.out
    hand_in(asked, answer(), 0)
    assert "[adversarial-review] settled" in capsys.readouterr().out
    assert cli.main(["report", "--complete"]) == 0
    report = capsys.readouterr().out
    assert report.splitlines()[0].startswith("[complete] 1 experiment, 1 kept; **CPU 2.00x")
    assert "by a Claude reviewer" in report
    assert "review" not in Layout(asked).handoff.read_text(encoding="utf-8").partition("next:")[2].partition("\n")[0]
    assert newest(asked).attempts[-1].reviewer == "claude"


def test_a_confident_finding_is_fixed_or_refuted_never_dismissed(asked: Path, capsys: Captured) -> None:
    """From 0.7 on only a commit after the reviewed one, or evidence, ends a finding."""
    hand_in(asked, answer("needs-attention", finding(), LOW), 1)
    out = capsys.readouterr().out
    assert "finding 1 [high, 0.90] words/text.py:3: order is lost for unhashable words; open" in out
    assert cli.main(["review", "resolve", "1", "--dismissed", "we do not think that this matters"]) == 1
    assert "is not dismissed" in capsys.readouterr().err
    assert cli.main(["review", "resolve", "1", "--refuted", "no"]) == 1
    assert "convinces nobody" in capsys.readouterr().err
    for commit in (branch.head(asked), "HEAD~1"):
        assert cli.main(["review", "resolve", "1", "--fixed", commit]) == 1
        assert "is not a commit of this branch after" in capsys.readouterr().err
    assert cli.main(["review", "resolve", "1", "--fixed", "nowhere"]) == 2
    assert cli.main(["review", "resolve", "9", "--refuted", "there is no ninth one"]) == 2
    assert "numbered 1 to 2" in capsys.readouterr().err
    assert cli.main(["report", "--complete"]) == 1
    assert cli.main(["review", "resolve", "1", "--refuted", "words are text everywhere: read.py decodes them"]) == 1
    assert cli.main(["review", "resolve", "2", "--dismissed", "the import is used by the type checker"]) == 0
    assert cli.main(["report", "--complete"]) == 0
    assert "dismissed: the import is used by the type checker" in capsys.readouterr().out


def test_a_fix_is_reviewed_again(asked: Path, capsys: Captured) -> None:
    """The commit that fixes a finding moves the head, so that another review is due, which is told of the first."""
    first = branch.head(asked)
    hand_in(asked, answer("needs-attention", finding()), 1)
    fix = branch.commit(asked, "words/text.py", project.SAME, "perf: keep lists working")
    records.save(Layout(asked), factories.kept(2, commit=fix, base_commit=first))
    capsys.readouterr()
    assert cli.main(["review", "resolve", "1", "--fixed", fix]) == 1
    assert f"why: no reviewer has seen {fix[:12]} yet" in capsys.readouterr().out
    assert cli.main(["report", "--complete"]) == 1
    assert cli.main(["review", "--by", "claude"]) == 1
    text = (asked / ".codeflash" / newest(asked).brief).read_text()
    assert f"order is lost for unhashable words - fixed by {fix}" in text
    hand_in(asked, answer("approve", LOW), 1)
    assert newest(asked).findings[0].number == 2
    assert cli.main(["review", "resolve", "2", "--dismissed", "nobody pays for that import"]) == 0


def test_a_lying_reviewer_settles_nothing(asked: Path, capsys: Captured) -> None:
    """An approval beside a serious finding leaves that finding open."""
    hand_in(asked, answer("approve", finding(confidence=0.2)), 1)
    assert "taken as needs-attention" in capsys.readouterr().out
    assert newest(asked).outcome == "needs-attention"
    assert newest(asked).said == "approve"


def test_a_malformed_answer_is_kept_and_counts_for_nothing(asked: Path, capsys: Captured) -> None:
    """The agent is told what to mend, the words are on disk, and a good answer may follow."""
    hand_in(asked, "I approve.", 1)
    assert "not what was asked for: no JSON" in capsys.readouterr().err
    attempt = newest(asked).attempts[-1]
    assert (attempt.outcome, newest(asked).answered) == ("unavailable", False)
    assert (asked / ".codeflash" / attempt.transcript).read_text() == "I approve."
    hand_in(asked, answer(), 0)


def test_an_answer_about_another_commit_is_refused(asked: Path, capsys: Captured) -> None:
    """What was reviewed is the commit of the brief; a later keep needs a brief of its own."""
    fix = branch.commit(asked, "words/text.py", project.SAME, "perf: other")
    records.save(Layout(asked), factories.kept(2, commit=fix))
    hand_in(asked, answer(), 1)
    assert "waits for an answer" in capsys.readouterr().err


def test_an_answer_comes_from_standard_input_too(asked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent hands its answer in without writing a file."""
    monkeypatch.setattr("sys.stdin", io.StringIO(answer()))
    assert cli.main(["review", "--answer", "-"]) == 0


def test_the_next_step_and_the_hooks_ask_for_the_review(top: Path, capsys: Captured) -> None:
    """At the floor `next:` is the review, and an agent that says [complete] before is held."""
    made = branch.session(top)
    standing = look.standing(Layout(top))
    assert "codeflash-agent review" in standing.unreviewed
    assert "not [complete]: no reviewer has seen" in decide.end_of_turn(standing, (), "[complete]\n2 experiments")
    assert decide.end_of_turn(standing, (), "three targets are left") == ""
    assert made.start_commit != branch.head(top)
    assert decide.owner(Layout(top).reviews.relative_to(Layout(top).home) / "001.json") == "codeflash-agent review"
    cli.main(["status", "--json"])
    assert json.loads(capsys.readouterr().out)["review_settled"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        ["review", "resolve"],
        ["review", "resolve", "1"],
        ["review", "--fixed", "HEAD"],
        ["review", "resolve", "1", "--refuted", ""],
        ["review", "--answer", "missing.json"],
        ["review", "--base", "nowhere"],
        ["review", "--not-a-secret", "x"],
        ["review", "--timeout", "-1"],
        ["review", "--base", "HEAD"],
    ],
)
def test_usage_is_one_line(top: Path, arguments: list[str], capsys: Captured) -> None:
    """A wrong call ends with status 2 and one line that says how it is written."""
    branch.session(top)
    try:
        status = cli.main(arguments)
    except SystemExit as end:
        status = int(str(end.code))
    assert status == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_nothing_kept_is_nothing_to_review(top: Path, capsys: Captured) -> None:
    """Without a keep the review is refused, and the session may be complete."""
    branch.session(top, factories.record(1, "discard"))
    assert cli.main(["review"]) == 1
    assert "nothing was kept" in capsys.readouterr().err
    assert cli.main(["report", "--complete"]) == 0
    assert "Review: none, nothing was kept" in capsys.readouterr().out


def test_an_open_experiment_comes_first(top: Path, capsys: Captured) -> None:
    """Neither a review nor the end while an experiment is open."""
    kept: list[Any] = [factories.kept(1, commit=branch.head(top)), factories.record(2, "open")]
    branch.session(top, *kept)
    assert cli.main(["review"]) == 1
    assert cli.main(["report", "--complete"]) == 1
    assert capsys.readouterr().err.count("experiment 2 is open") == 2
