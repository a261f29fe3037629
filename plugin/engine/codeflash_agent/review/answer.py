"""What a reviewer answers: the schema it is given, and our own check of what came back.

Neither the reviewer's client nor the model is trusted to hold the schema, and a verdict is not taken at its word: an approval
beside a serious finding is none.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from codeflash_agent.render.visible import line, visible

APPROVE = "approve"
NEEDS_ATTENTION = "needs-attention"
UNAVAILABLE = "unavailable"

SEVERITIES = ("critical", "high", "medium", "low")
SERIOUS = ("critical", "high")
MUST_ACT = 0.7  # from this confidence on a finding is fixed or refuted, never waved away
TEXT_LIMIT = 8_000  # characters of one text of an answer
ANSWER_LIMIT = 1_000_000  # characters of a whole answer
FINDINGS_LIMIT = 100
FENCED = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.DOTALL)

_FINDING: dict[str, Any] = {
    "severity": {"type": "string", "enum": list(SEVERITIES)},
    "title": {"type": "string"},
    "body": {"type": "string"},
    "file": {"type": "string"},
    "line_start": {"type": "integer"},
    "line_end": {"type": "integer"},
    "confidence": {"type": "number"},
    "recommendation": {"type": "string"},
}
_ANSWER: dict[str, Any] = {
    "verdict": {"type": "string", "enum": [APPROVE, NEEDS_ATTENTION]},
    "summary": {"type": "string"},
    "findings": {
        "type": "array",
        "items": {"type": "object", "properties": _FINDING, "required": list(_FINDING), "additionalProperties": False},
    },
    "next_steps": {"type": "array", "items": {"type": "string"}},
}
# Every key required and none beside them: the form that strict structured output asks for.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": _ANSWER,
    "required": list(_ANSWER),
    "additionalProperties": False,
}


class Malformed(Exception):
    """The answer is not what was asked for; the message says where, in one line."""


@dataclass(frozen=True)
class Claim:
    """One finding as the reviewer put it; `confidence` is between 0 and 1."""

    severity: str
    title: str
    body: str
    file: str
    line_start: int
    line_end: int
    confidence: float
    recommendation: str

    @property
    def must_act(self) -> bool:
        """Whether it has to end fixed or refuted."""
        return self.confidence >= MUST_ACT


@dataclass(frozen=True)
class Answer:
    """A checked answer; `verdict` is ours, `said` the reviewer's, and `notes` say where and why the two differ."""

    verdict: str
    said: str
    summary: str
    findings: tuple[Claim, ...]
    next_steps: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """A JSON document of the answer."""
        return asdict(self)


def parse(text: str) -> Answer:
    """Check a reviewer's answer.

    Raises:
        Malformed: it is no JSON, not of the schema, or contradicts itself so that nothing can be done with it.
    """
    document = _document(text)
    _keys(document, _ANSWER, "the answer")
    said = _choice(document["verdict"], (APPROVE, NEEDS_ATTENTION), "verdict")
    findings = document["findings"]
    if not isinstance(findings, list):
        raise Malformed("findings is no list")
    if len(findings) > FINDINGS_LIMIT:
        raise Malformed(f"{len(findings)} findings; at most {FINDINGS_LIMIT} can be dealt with")
    claims = tuple(_claim(one, f"findings[{number}]") for number, one in enumerate(findings))
    steps = document["next_steps"]
    if not isinstance(steps, list):
        raise Malformed("next_steps is no list")
    next_steps = tuple(_text(one, f"next_steps[{number}]") for number, one in enumerate(steps))
    if said == NEEDS_ATTENTION and not claims:
        raise Malformed("verdict needs-attention without a finding: there is nothing to attend to")
    notes = _contradictions(said, claims)
    verdict = NEEDS_ATTENTION if notes else said
    return Answer(verdict, said, _text(document["summary"], "summary"), claims, next_steps, notes)


def _contradictions(said: str, claims: tuple[Claim, ...]) -> tuple[str, ...]:
    if said != APPROVE:
        return ()
    serious = [claim for claim in claims if claim.severity in SERIOUS or claim.must_act]
    if not serious:
        return ()
    return (
        (
            f"the reviewer approved beside {len(serious)} finding{'s' * (len(serious) > 1)} of high severity or confidence "
            f"({line(serious[0].title, 80)}); taken as {NEEDS_ATTENTION}"
        ),
    )


def _document(text: str) -> dict[str, Any]:
    if len(text) > ANSWER_LIMIT:
        raise Malformed(f"{len(text)} characters; an answer has at most {ANSWER_LIMIT}")
    fenced = FENCED.match(text)
    try:
        document = json.loads(fenced.group(1) if fenced else text)
    except (ValueError, RecursionError) as error:
        start = line(text, 60) or "nothing"
        raise Malformed(f"no JSON ({line(str(error), 80)}); it begins: {start}") from error
    if not isinstance(document, dict):
        raise Malformed("JSON, but no object")
    return document


def _keys(document: Any, wanted: dict[str, Any], where: str) -> None:
    if not isinstance(document, dict):
        raise Malformed(f"{where} is no object")
    missing = [key for key in wanted if key not in document]
    unknown = sorted(line(str(key), 40) for key in document if key not in wanted)
    if missing:
        raise Malformed(f"{where} lacks {', '.join(missing)}")
    if unknown:
        raise Malformed(f"{where} has unknown keys: {', '.join(unknown[:5])}")


def _claim(document: Any, where: str) -> Claim:
    _keys(document, _FINDING, where)
    confidence = document["confidence"]
    if isinstance(confidence, bool) or not isinstance(confidence, (int, float)) or not 0 <= confidence <= 1:
        raise Malformed(f"{where}.confidence is no number between 0 and 1")
    numbers = []
    for key in ("line_start", "line_end"):
        number = document[key]
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 10_000_000:
            raise Malformed(f"{where}.{key} is no line number")
        numbers.append(number)
    title = line(_text(document["title"], f"{where}.title"), 200)
    if not title:
        raise Malformed(f"{where}.title is empty")
    return Claim(
        severity=_choice(document["severity"], SEVERITIES, f"{where}.severity"),
        title=title,
        body=_text(document["body"], f"{where}.body"),
        file=_file(document["file"], f"{where}.file"),
        line_start=min(numbers),
        line_end=max(numbers),
        confidence=float(confidence),
        recommendation=_text(document["recommendation"], f"{where}.recommendation"),
    )


def _choice(value: Any, choices: tuple[str, ...], where: str) -> str:
    if value not in choices:
        raise Malformed(f"{where} is {line(repr(value), 40)}; one of {', '.join(choices)} was asked for")
    return str(value)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{where} is no text")
    text = visible(value).strip()
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + " … (cut)"


def _file(value: Any, where: str) -> str:
    """A path inside the repository, only ever shown; one that leads out of it is no place of a finding."""
    text = line(_text(value, where), 300)
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or re.match(r"[A-Za-z]:", text):
        raise Malformed(f"{where} is {text!r}, which is no path inside the repository")
    return text
