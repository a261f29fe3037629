"""The decisions, pure: what a file is, where the session stands and what was seen, in; a reason to object, or none, out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codeflash_agent.session import records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COMPLETE = "[complete]"  # what nobody says before the review is settled
HOLDS = 3  # times that one agent is held for the same thing; the client itself lets go after eight
NAMED = 5  # files that a notice names

OUTSIDE = "outside"  # not in this project
NOTES = "notes"  # the agents' own: notes and benchmarks beside the session's files
OWNED = "owned"  # written by a verb
TREE = "tree"  # where the session edits
BASELINE = "baseline"  # what changes are measured against
CHECKOUT = "checkout"  # the user's

# What a verb writes in .codeflash, and which one. Of what is not here, agents write notes and benchmarks.
OWNERS = {
    "setup.json": "codeflash-agent setup --set NAME=VALUE",
    "setup.md": "codeflash-agent setup --set NAME=VALUE",
    "session.json": "codeflash-agent baseline",
    "profiles": "codeflash-agent profile",
    "comparisons": "codeflash-agent compare",
    "experiments": "codeflash-agent begin, measure, keep or discard",
    "results.tsv": "codeflash-agent keep or discard",
    "HANDOFF.md": "every verb of codeflash-agent",
    "discarded": "codeflash-agent discard",
    "tests": "codeflash-agent measure",
    "lock": "codeflash-agent",
    "merges": "codeflash-agent collect",
    "reviews": "codeflash-agent review",
    "prs": "codeflash-agent prs",
    "report.md": "codeflash-agent report",
    "report.html": "codeflash-agent report",
    "brief.md": "codeflash-agent dispatch",
    "result.json": "codeflash-agent dispatch --finish",
}
DISPATCHED = "dispatched"  # the sessions of specialists, each in a folder with the same files
AGENTS_MEMORY = (".claude", "agent-memory")


@dataclass(frozen=True)
class Standing:
    """Where a session stands, as far as edits and ends of turns are concerned."""

    project: Path
    tree: Path | None  # where it edits; None where no session was started
    number: int | None = None  # of the open experiment
    state: str = ""  # of the open experiment
    target: str = ""
    action: str = ""  # what to do now
    why: str = ""
    unreviewed: str = ""  # what is missing until the review of what was kept is settled, and what to run


@dataclass(frozen=True)
class Seen:
    """What lies in the trees that nobody may change now."""

    stray: Sequence[str] = field(default_factory=tuple)  # changes in the session's tree that belong to no experiment
    moved: bool = False  # its HEAD is not the last kept commit
    baseline: Sequence[str] = field(default_factory=tuple)  # changes in the baseline tree
    checkout: Sequence[str] = field(default_factory=tuple)  # changed in the user's checkout while the command ran

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.stray or self.moved or self.baseline or self.checkout)


def kind_of(path: Path, project: Path, tree: Path | None, baseline: Path) -> str:
    """What the file at the resolved `path` is to the session of `project`."""
    if _below(path, baseline):
        return BASELINE
    home = project / ".codeflash"
    if tree is not None and tree != project and _below(path, tree):
        return TREE
    if _below(path, home):
        return OWNED if owner(path.relative_to(home)) else NOTES
    if not _below(path, project):
        return OUTSIDE
    if path.relative_to(project).parts[:2] == AGENTS_MEMORY:
        return NOTES
    return TREE if tree == project else CHECKOUT


def _below(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def owner(inside: Path) -> str:
    """The verb that writes a file of .codeflash, given relative to it; empty for what agents may write."""
    parts = inside.parts
    if parts[:1] == (DISPATCHED,):
        parts = parts[2:]
    if parts[:1] in (("worktrees",), ("baselines",)):
        return "codeflash-agent baseline or dispatch"
    return OWNERS.get(parts[0], "") if parts else ""


def edit(path: Path, kind: str, standing: Standing) -> str:
    """Why an agent of ours may not write `path` now; empty when it may."""
    if kind in (OUTSIDE, NOTES):
        return ""
    if kind == BASELINE:
        return f"{path} is in the last kept commit, which changes are measured against; {_where(standing)}"
    if kind == OWNED:
        verb = owner(path.relative_to(standing.project / ".codeflash"))
        return f"{path} is written by programs only, or the session's figures are worth nothing; use: {verb}"
    if standing.tree is None:
        return f"no session here yet, and nothing changes before a profile; run: {standing.action}"
    if kind == CHECKOUT:
        return f"{path} is in the user's checkout, which a session never changes; {_where(standing)}"
    if standing.number is None:
        return f"no experiment is open, and a change belongs to one ({standing.why}); run: {standing.action}"
    if standing.state not in (records.OPEN, records.MEASURED):
        return f"experiment {standing.number} is being ended; run: {standing.action}"
    return ""


def _where(standing: Standing) -> str:
    if standing.tree is None:
        return f"run: {standing.action}"
    place = f"edit in {standing.tree}"
    return place if standing.number is not None else f"{place}, in an experiment; run: {standing.action}"


def after_shell(seen: Seen, standing: Standing) -> list[str]:
    """What to tell an agent whose shell command changed what it may not; one line each."""
    lines = []
    if standing.tree is not None and standing.number is None:
        if seen.moved:
            lines.append(
                f"{standing.tree} is not at the last kept commit: commits come from `codeflash-agent keep` only; "
                "`codeflash-agent begin` says how to go back"
            )
        elif seen.stray:
            lines.append(
                f"changed in {standing.tree} with no experiment open: {_names(seen.stray)}; drop it with "
                f"`git -C {standing.tree} checkout -- .`, then run: {standing.action}"
            )
    if seen.baseline:
        lines.append(
            f"changed in the last kept commit's tree, which changes are measured against: {_names(seen.baseline)}; "
            "put these files back before the next measurement"
        )
    if seen.checkout:
        lines.append(
            f"changed in the user's checkout while the command ran: {_names(seen.checkout)}; a session never changes it. "
            "It may be the user's own work, so revert nothing there: name these files in your answer, and "
            + _where(standing)
        )
    return lines


def _names(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return ", ".join(paths[:NAMED]) + more


def end_of_turn(standing: Standing, children: Sequence[str], said: str = "") -> str:
    """Why the lead's turn should not end now, given what it `said` last; empty when it may."""
    reasons = []
    if standing.unreviewed and COMPLETE in said:
        reasons.append(f"not {COMPLETE}: {standing.unreviewed}")
    if standing.number is not None:
        reasons.append(
            f"experiment {standing.number} ({standing.target}) is {standing.state} and has not ended: {standing.why}; "
            f"run: {standing.action}"
        )
    if children:
        reasons.append(
            f"still running in the background: {', '.join(children)}; their results would not reach you after your "
            "turn, so wait for them in calls of `sleep 100`"
        )
    return ". ".join(reasons)


def state_lines(standing: Standing) -> list[str]:
    """The session in two or three lines, for an agent that starts."""
    lines = [f"codeflash in {standing.project}: " + _session_text(standing)]
    if standing.number is not None:
        lines.append(f"[experiment {standing.number}] {standing.state}: {standing.target}")
    lines.append(f"next: {standing.action} ({standing.why})")
    return lines


def _session_text(standing: Standing) -> str:
    return "no session yet" if standing.tree is None else f"edits go into {standing.tree}"
