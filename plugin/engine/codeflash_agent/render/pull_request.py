"""The body of a pull request: what was measured, why it is faster, what may go wrong, and how to see for oneself."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from codeflash_agent.render import review as review_render
from codeflash_agent.render.markdown import block, code, words
from codeflash_agent.render.measurement import markdown_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.review.state import Due, Review
    from codeflash_agent.session.pull_requests import PullRequest
    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Session


def body(one: PullRequest, record: Record, session: Session, reviews: Sequence[Review], due: Due | None) -> str:
    """The whole body as Markdown."""
    lines = [words(record.hypothesis, 2000), ""]
    if one.stacked_on:
        lines += [f"**Stacked on {code(one.stacked_on)}**: it needs that change and goes in after it.", ""]
    lines += ["## Measured", ""]
    if one.measurement is not None:
        what = f"on top of {code(one.stacked_on)}" if one.stacked_on else "alone on the base"
        lines += [
            f"This commit {what}, in pairs of fresh processes in random order:",
            "",
            *markdown_lines(one.measurement),
            "",
        ]
    if one.tests_passed is not None:
        lines += [
            f"Tests ({code(session.tests or '')}): {one.tests_passed} passed, {one.tests_failed} failed, none newly.",
            "",
        ]
    lines += ["## Risk", ""]
    lines += [
        f"- changes {', '.join(code(file) for file in one.files[:10])}" + (" and more" if len(one.files) > 10 else "")
    ]
    risks = [("trade-off", record.trade_off), ("kept against the verdict", record.overruled)]
    risks += [(f"{gate} seen, and explained", reason) for gate, reason in record.explained.items()]
    lines += [f"- {label}: {words(text)}" for label, text in risks if text]
    lines += [f"- review: {words(review_render.outcome_text(review), 600)}" for review in reviews if review.answered]
    touching = [
        finding
        for review in reviews
        for finding in review.findings
        if finding.file in one.files and finding.ended != "fixed"
    ]
    lines += [f"- review finding: {words(review_render.finding_text(finding), 600)}" for finding in touching]
    if due is not None:
        lines.append(f"- **not reviewed to the end**: {words(due.why, 300)}")
    command = (
        f"codeflash-agent compare {one.base[:12]} {one.commit[:12]} --benchmark {shlex.quote(session.method.benchmark)}"
    )
    lines += ["", "## See for yourself", "", *block(command), ""]
    return "\n".join(lines)
