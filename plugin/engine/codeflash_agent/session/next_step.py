"""What to do now, and the rule that says so."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeflash_agent.session import goals, plateau, records, targets
from codeflash_agent.verdict.gates import SECOND_INPUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.review.state import Due
    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Session
    from codeflash_agent.session.targets import Target
    from codeflash_agent.verdict.model import Verdict


KEEPS_TO_MILESTONE = 3
MILESTONE, WHOLE = "codeflash-agent milestone", "measure the whole branch against the start"
COMPLETE = "codeflash-agent report --complete"


@dataclass(frozen=True)
class Step:
    """The next step as a command or an instruction, and why it is the next."""

    action: str
    why: str

    def line(self) -> str:
        """On one line, as every verb ends with it."""
        return f"next: {self.action} ({self.why})"


def after_verdict(record: Record, verdict: Verdict) -> Step:
    """What ends the experiment that has this verdict."""
    if verdict.status == "fix":
        return Step(
            "mend the change and run `codeflash-agent measure`, or `codeflash-agent discard --reason '…'`",
            verdict.reason,
        )
    if verdict.findings:
        gates = ", ".join(sorted({finding.gate for finding in verdict.findings}))
        if gates == SECOND_INPUT:
            return Step(
                "codeflash-agent discard --reason '…', or edit so that both inputs gain and measure again, or "
                f"keep --explain {SECOND_INPUT}='why users have the first input'",
                verdict.findings[0].what,
            )
        return Step(
            f"undo what the gates saw ({gates}) and measure again, or explain each with keep --explain GATE='…'",
            verdict.findings[0].what,
        )
    if verdict.status == "keep":
        written = " --trade-off '…'" if verdict.worse else ""
        return Step(f"codeflash-agent keep --message 'perf: …'{written}", verdict.reason)
    return Step("codeflash-agent discard --reason '…'", f"experiment {record.number}: {verdict.reason}")


def next_step(
    session: Session,
    all_records: Sequence[Record],
    tree_hash: str,
    rows: Sequence[Target] | None,
    review: Due | None = None,
) -> Step:
    """Choose by the state on disk alone.

    Args:
        session: the session.
        all_records: its experiments.
        tree_hash: git tree of the session's checkout now.
        rows: the target table of a profile of the present state, None where there is none.
        review: what is missing until the review of what was kept is settled; None when nothing is.
    """
    current = records.open_one(list(all_records))
    if current is not None:
        return _end_the_open_one(session, current)
    decided = records.decided(all_records)
    rows_left = targets.left(rows, decided, session) if rows is not None else None
    standing = plateau.standing(decided, targets.headroom(rows_left) if rows_left is not None else None)
    why = f"[{standing.state}] {standing.why}"
    if standing.state == plateau.STOP:
        return _end(session, standing.advice, why, review)
    if rows_left is None or targets.current_profile(session, tree_hash) is None:
        return Step("codeflash-agent profile", "the present state has no unified profile")
    asked = goals.domain_of(session.goal)
    met = asked is not None and goals.is_exclusive(session.goal) and not any(asked in row.domains for row in rows_left)
    if met:
        why = f"the goal is {asked} alone, and no target of it is left"
    ended = met or standing.state == plateau.FLOOR
    due = not session.only and milestone_due(session, decided, last=ended and not session.out)
    if ended:
        advice = "the goal's domain is done" if met else standing.advice
        return Step(MILESTONE, WHOLE) if due else _end(session, advice, why, review)
    fresh = _first_elsewhere(rows_left, standing.exhausted, asked)
    begin = (
        f"codeflash-agent begin --target {shlex.quote(fresh.identity)} --domains {','.join(fresh.domains)} "
        "--hypothesis '…' (or skip --target … --reason '…')"
    )
    if due:
        return Step(MILESTONE, f"{WHOLE}; then {begin}")
    if standing.state == plateau.STUCK:
        return Step(f"{standing.advice}; then {begin}", why)
    which = f"the goal names {asked}: its first target" if asked in fresh.domains else "first target of the table"
    return Step(begin, f"{which} that is left; {standing.why}")


def _end(session: Session, advice: str, why: str, review: Due | None) -> Step:
    """What ends the search: what is out elsewhere first, then the review, and only then the end."""
    if session.out:
        names = ", ".join(one.slug for one in session.out)
        return Step("codeflash-agent collect", f"nothing else is left here; at work elsewhere: {names}")
    if session.only:
        return Step("codeflash-agent dispatch --finish 'what was learnt'", why)
    if review is not None:
        return Step(review.action, f"{review.why}; {why}")
    return Step(COMPLETE, f"{advice}; {why}")


def _end_the_open_one(session: Session, current: Record) -> Step:
    if current.state == records.MEASURED and current.verdict is not None:
        return after_verdict(current, current.verdict)
    if current.candidate is not None:
        return Step("codeflash-agent measure", f"experiment {current.number} is open; measured pairs are kept")
    return Step(
        f"make the one fix in {session.tree}, then `codeflash-agent measure`",
        f"experiment {current.number} ({current.target}) is open",
    )


def _first_elsewhere(rows: Sequence[Target], exhausted: Sequence[str], asked: str | None) -> Target:
    """The first row of the domain that the goal names, else that has one which is not exhausted, else the first."""
    if asked is not None and asked not in exhausted:
        first = next((row for row in rows if asked in row.domains), None)
        if first is not None:
            return first
    return next((row for row in rows if not set(row.domains) <= set(exhausted)), rows[0])


def milestone_due(session: Session, decided: Sequence[Record], *, last: bool) -> bool:
    """Whether enough was kept since the last milestone: three keeps, or any when nothing more is to come."""
    keeps = sum(record.state == records.KEEP for record in decided)
    since = keeps - (session.milestones[-1].keeps if session.milestones else 0)
    return since >= (1 if last else KEEPS_TO_MILESTONE)
