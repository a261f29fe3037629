"""A reviewer's answer: what is accepted, what is refused, and what is not believed."""

from __future__ import annotations

import json

import jsonschema
import pytest

from codeflash_agent.review import answer as answers

from .branch import answer, finding


def test_a_clean_approval_is_one() -> None:
    """An answer of the schema without findings is what it says."""
    parsed = answers.parse(answer())
    assert (parsed.verdict, parsed.said, parsed.notes) == ("approve", "approve", ())


def test_what_we_accept_the_schema_accepts_too() -> None:
    """The schema that reviewers are given and our own check agree on good answers."""
    for text in (
        answer(),
        answer("needs-attention", finding()),
        answer("approve", finding(severity="low", confidence=0.2)),
    ):
        jsonschema.validate(json.loads(text), answers.SCHEMA)
        answers.parse(text)


@pytest.mark.parametrize(
    "serious",
    [finding(confidence=0.1), finding(severity="critical", confidence=0.0), finding(severity="low", confidence=0.7)],
)
def test_an_approval_beside_a_serious_finding_is_none(serious: dict) -> None:
    """A lying reviewer is taken by its findings, and the contradiction is on record."""
    parsed = answers.parse(answer("approve", serious))
    assert (parsed.verdict, parsed.said) == ("needs-attention", "approve")
    assert "approved beside 1 finding of high severity or confidence" in parsed.notes[0]


def test_a_fence_around_the_answer_is_no_matter() -> None:
    """Models like to fence JSON; the one fence is taken off."""
    assert answers.parse(f"```json\n{answer()}\n```\n").verdict == "approve"


MALFORMED = {
    "prose": ("I approve of this change.", "no JSON"),
    "nothing": ("", "it begins: nothing"),
    "prose around it": (f"Here you are: {answer()}", "no JSON"),
    "a list": ("[]", "no object"),
    "deep": ("[" * 100_000, "no JSON"),
    "huge": (" " * 1_000_001, "at most"),
    "no verdict": (json.dumps({"summary": ""}), "lacks verdict"),
    "another verdict": (answer("APPROVE"), "verdict is 'APPROVE'"),
    "a verdict that is a list": (answer(["approve"]), "verdict is"),  # type: ignore[arg-type]
    "an extra key": (answer(approved=True), "unknown keys: approved"),
    "attention without a finding": (answer("needs-attention"), "without a finding"),
    "findings as text": (answer(findings="none"), "no list"),
    "too many findings": (answer("needs-attention", *[finding()] * 101), "at most 100"),
    "confidence in percent": (answer("needs-attention", finding(confidence=90)), "between 0 and 1"),
    "confidence true": (answer("needs-attention", finding(confidence=True)), "between 0 and 1"),
    "confidence NaN": (answer("needs-attention", finding(confidence=float("nan"))), "between 0 and 1"),
    "a line as text": (answer("needs-attention", finding(line_start="3")), "no line number"),
    "a negative line": (answer("needs-attention", finding(line_start=-3)), "no line number"),
    "no title": (answer("needs-attention", finding(title="  \n ")), "title is empty"),
    "severity none": (answer("needs-attention", finding(severity="none")), "severity is 'none'"),
    "an absolute path": (answer("needs-attention", finding(file="/etc/passwd")), "no path inside"),
    "a path that climbs": (answer("needs-attention", finding(file="a/../../b")), "no path inside"),
    "a drive": (answer("needs-attention", finding(file="C:\\x")), "no path inside"),
}


@pytest.mark.parametrize(("text", "said"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_an_answer_is_refused_with_its_place(text: str, said: str) -> None:
    """Malformed answers never become a verdict; the line says what is wrong."""
    with pytest.raises(answers.Malformed, match=said) as caught:
        answers.parse(text)
    assert "\n" not in str(caught.value)


def test_escape_sequences_do_not_survive() -> None:
    """A title or body cannot move the cursor or turn the line around when it is shown."""
    evil = finding(title="ok\x1b[2K\x1b[1A", body="a\x1b]0;x\x07b\u202ec", recommendation="\x00")
    (claim,) = answers.parse(answer("needs-attention", evil)).findings
    assert claim.title == "ok\\x1b[2K\\x1b[1A"
    assert claim.body == "a\\x1b]0;x\\x07b\\u202ec"
    assert claim.recommendation == "\\x00"
