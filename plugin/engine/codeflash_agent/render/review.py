"""Reviews as text: the status lines, and the section of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.render.visible import line, visible

__all__ = ["report_lines", "review_lines", "visible"]

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.review.state import Due, Finding, Review

REVIEWERS = {"codex": "the Codex CLI", "claude": "a Claude reviewer", "": "nobody"}


def review_lines(reviews: Sequence[Review], head: str, due: Due | None) -> list[str]:
    """Every review with its findings, and what is to be done now."""
    lines = []
    for review in reviews:
        lines.append(f"[adversarial-review] {review.number}: {outcome_text(review)}")
        lines += [f"  note: {note}" for note in review.notes]
        lines += [f"  {finding_text(finding)}" for finding in review.findings]
    if due is None:
        lines.append(f"[adversarial-review] settled for {head[:12]}" if reviews else "no review so far")
    else:
        lines += [f"next: {due.action}", f"why: {due.why}"]
    return lines


def outcome_text(review: Review) -> str:
    """What came of one review, of which change, and who reviewed."""
    change = f"{review.base[:12]}..{review.head[:12]}"
    if not review.answered:
        why = "; ".join(dict.fromkeys(attempt.why for attempt in review.attempts if attempt.why)) or "not answered yet"
        return f"unavailable for {change}: {why}"
    failed = [attempt.why for attempt in review.attempts if attempt.why]
    instead = f" ({failed[-1]})" if failed else ""
    return f"{review.outcome} of {change} by {REVIEWERS.get(review.reviewer, line(review.reviewer))}{instead}; {line(review.summary)}"


def finding_text(finding: Finding) -> str:
    """One finding on one line, with how it ended."""
    head = f"finding {finding.number} [{finding.severity}, {finding.confidence:.2f}] {line(finding.place)}: {finding.title}"
    return f"{head}; {ending_text(finding)}"


def ending_text(finding: Finding) -> str:
    """How one finding ended."""
    if not finding.ended:
        return "open"
    by = f" by {finding.commit[:12]}" if finding.commit else ""
    return f"{finding.ended}{by}" + (f": {line(finding.reason)}" if finding.reason else "")


def report_lines(reviews: Sequence[Review], due: Due | None, *, kept: bool) -> list[str]:
    """The section of the report; it says plainly where there was no review."""
    lines = ["## Review", ""]
    if not kept:
        return [*lines, "Nothing was kept, so nothing was reviewed.", ""]
    lines += [f"- {visible(outcome_text(review))}" for review in reviews] or ["- none so far"]
    for review in reviews:
        lines += [f"- {note}" for note in review.notes]
        lines += [f"- {finding_text(finding)}" for finding in review.findings]
    lines += ["", "Settled: every finding ended." if due is None else f"**Not settled**: {due.why}.", ""]
    return lines
