"""Reviews on disk: who was asked about which commit, what was answered, and how each finding ended."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.review import answer as answers
from codeflash_agent.storage import atomic, schemas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from codeflash_agent.storage.layout import Layout

SCHEMA = 1
CODEX = "codex"
CLAUDE = "claude"

FIXED = "fixed"
REFUTED = "refuted"
DISMISSED = "dismissed"


@dataclass
class Finding:
    """One finding, numbered over all reviews of the session, and how it ended; `ended` is empty while it is open."""

    number: int
    severity: str
    title: str
    body: str
    file: str
    line_start: int
    line_end: int
    confidence: float
    recommendation: str
    ended: str = ""  # fixed, refuted or dismissed
    commit: str = ""  # that fixed it
    reason: str = ""  # the evidence or reason
    at: str = ""

    @property
    def must_act(self) -> bool:
        """Whether it has to end fixed or refuted."""
        return self.confidence >= answers.MUST_ACT

    @property
    def place(self) -> str:
        """`file:line`, or what is known of it."""
        return f"{self.file}:{self.line_start}" if self.line_start else self.file


@dataclass
class Attempt:
    """One reviewer's try: an answer, or why there is none."""

    reviewer: str  # codex or claude
    at: str
    outcome: str  # approve, needs-attention or unavailable
    why: str = ""  # it is unavailable
    seconds: float = 0.0
    version: str = ""
    transcript: str = ""  # relative to .codeflash


@dataclass
class Review:
    """One review of the change from `base` to `head`, full hashes both."""

    number: int
    base: str
    head: str
    asked: str
    brief: str  # relative to .codeflash
    lines_changed: int
    by_reference: bool  # the diff was too large to be part of the brief
    outcome: str = answers.UNAVAILABLE
    reviewer: str = ""  # whose answer it is
    said: str = ""  # the reviewer's own verdict
    summary: str = ""
    notes: list[str] = field(default_factory=list)
    next_steps: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    not_secrets: dict[str, str] = field(default_factory=dict)  # place -> why it is none
    schema_version: int = SCHEMA

    @property
    def answered(self) -> bool:
        """Whether a valid answer came."""
        return self.outcome != answers.UNAVAILABLE

    @property
    def open_findings(self) -> list[Finding]:
        """The findings that have not ended."""
        return [one for one in self.findings if not one.ended]

    def as_json(self) -> dict[str, Any]:
        """The document of one review."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Review:
        """The inverse of `as_json`; keys of later versions are ignored."""
        known = {key: value for key, value in document.items() if key in cls.__dataclass_fields__}
        known["findings"] = [Finding(**one) for one in known.get("findings", ())]
        known["attempts"] = [Attempt(**one) for one in known.get("attempts", ())]
        return cls(**known)


def path_of(layout: Layout, number: int, suffix: str = ".json") -> Path:
    """A file of review `number`."""
    return layout.reviews / f"{number:03d}{suffix}"


def save(layout: Layout, review: Review) -> None:
    """Write one review, atomically."""
    atomic.write_json(path_of(layout, review.number), review.as_json())


def load_all(layout: Layout) -> list[Review]:
    """All reviews in order.

    Raises:
        EnvironmentProblem: one cannot be read, or a newer codeflash wrote it.
    """
    reviews = []
    for path in sorted(layout.reviews.glob("[0-9][0-9][0-9].json")):
        document = schemas.read(path, SCHEMA)
        try:
            reviews.append(Review.from_json(document))
        except (KeyError, TypeError) as error:
            raise EnvironmentProblem(
                f"{path} is damaged ({error}); restore it, or move it away and review again"
            ) from error
    return reviews


def take_in(review: Review, answer: answers.Answer, reviewer: str, earlier: Sequence[Review]) -> None:
    """Put a checked answer into the review; its findings are numbered on from those of the earlier reviews."""
    first = 1 + sum(len(one.findings) for one in earlier if one.number < review.number)
    review.outcome, review.said, review.reviewer = answer.verdict, answer.said, reviewer
    review.summary, review.notes, review.next_steps = answer.summary, list(answer.notes), list(answer.next_steps)
    review.findings = [Finding(number, **asdict(claim)) for number, claim in enumerate(answer.findings, first)]


@dataclass(frozen=True)
class Due:
    """Why the review is not settled, and the command that goes on."""

    action: str
    why: str


def due(reviews: Sequence[Review], head: str) -> Due | None:
    """What is missing until the review of `head` is settled; None when it is.

    Settled means: a valid answer about exactly this commit, and every finding of every review ended.
    """
    for review in reviews:
        for finding in review.open_findings:
            how = (
                "--fixed COMMIT or --refuted 'evidence'"
                if finding.must_act
                else "--fixed, --refuted or --dismissed 'reason'"
            )
            return Due(
                f"codeflash-agent review resolve {finding.number} {how}",
                f"finding {finding.number} of the review ({finding.severity}, confidence {finding.confidence:.2f}) is open: "
                f"{finding.title}",
            )
    of_head = [review for review in reviews if review.head == head]
    if any(review.answered for review in of_head):
        return None
    if of_head:
        last = of_head[-1]
        why = last.attempts[-1].why if last.attempts else "nobody has answered"
        return Due(
            f"call the agent codeflash:codeflash-review with the prompt `{request(last)}`; it answers by "
            "`codeflash-agent review --answer FILE`",
            f"the review of {head[:12]} has no valid answer yet ({why})",
        )
    return Due("codeflash-agent review", f"no reviewer has seen {head[:12]} yet")


def request(review: Review) -> str:
    """What the reviewing agent is told: only where its brief is, so that nobody's opinion comes with it."""
    return f"Review number {review.number}: read .codeflash/{review.brief} and answer as it says"


def newest(reviews: Sequence[Review]) -> Review | None:
    """The newest review that was answered, else the newest."""
    answered = [one for one in reviews if one.answered]
    pool = answered or list(reviews)
    return pool[-1] if pool else None
