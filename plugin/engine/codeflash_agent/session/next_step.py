"""What to do now, and the rule that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeflash_agent.session import plateau, records, targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Session
    from codeflash_agent.session.targets import Target
    from codeflash_agent.verdict.model import Verdict


@dataclass(frozen=True)
class Step:
    """The next step as a command or an instruction, and why it is the next."""

    action: str
    why: str


def after_verdict(record: Record, verdict: Verdict) -> Step:
    """What ends the experiment that has this verdict."""
    if verdict.status == "fix":
        return Step(
            "mend the change and run `codeflash-agent measure`, or `codeflash-agent discard --reason '…'`",
            verdict.reason,
        )
    if verdict.findings:
        gates = ", ".join(sorted({finding.gate for finding in verdict.findings}))
        return Step(
            f"undo what the gates saw ({gates}) and measure again, or explain each with keep --explain GATE='…'",
            verdict.findings[0].what,
        )
    if verdict.status == "keep":
        return Step("codeflash-agent keep --message 'perf: …'", verdict.reason)
    return Step("codeflash-agent discard --reason '…'", f"experiment {record.number}: {verdict.reason}")


def next_step(session: Session, all_records: Sequence[Record], tree_hash: str, rows: Sequence[Target] | None) -> Step:
    """Choose by the state on disk alone.

    Args:
        session: the session.
        all_records: its experiments.
        tree_hash: git tree of the session's checkout now.
        rows: the target table of a profile of the present state, None where there is none.
    """
    current = records.open_one(list(all_records))
    if current is not None:
        if current.state == records.MEASURED and current.verdict is not None:
            return after_verdict(current, current.verdict)
        if current.candidate is not None:
            return Step("codeflash-agent measure", f"experiment {current.number} is open; measured pairs are kept")
        return Step(
            f"make the one fix in {session.tree}, then `codeflash-agent measure`",
            f"experiment {current.number} ({current.target}) is open",
        )
    decided = [record for record in all_records if record.decided]
    standing = plateau.standing(decided, targets.headroom(list(rows)) if rows is not None else None)
    if standing.state in (plateau.STOP, plateau.STUCK):
        return Step(standing.advice, f"[{standing.state}] {standing.why}")
    if rows is None or targets.current_profile(session, tree_hash) is None:
        return Step("codeflash-agent profile", "the present state has no unified profile")
    if standing.state != plateau.GO_ON:
        return Step(standing.advice, f"[{standing.state}] {standing.why}")
    tried = [record.target for record in decided]
    fresh = next((row for row in rows if not any(row.is_named_by(target) for target in tried)), rows[0])
    return Step(
        f"codeflash-agent begin --target {fresh.identity} --domains {','.join(fresh.domains)} --hypothesis '…'",
        f"first target of the table not tried yet ({standing.why})",
    )
