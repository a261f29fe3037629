"""From an event to the JSON that the client understands; None lets everything go on as it would."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Callable

from codeflash_agent.errors import CodeflashError
from codeflash_agent.hooks import decide, look, notes
from codeflash_agent.hooks.event import LEAD, Event
from codeflash_agent.session import records
from codeflash_agent.session.state import now
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.storage.layout import Layout

Answer = dict[str, Any]
HANDOVER_LIMIT = 12_000  # characters that come back after a compaction


def edit(event: Event, _folder: Path) -> Answer | None:
    """Before a tool writes a file: deny it where it belongs to no experiment."""
    if not event.by_us or event.path is None:
        return None
    path = look.resolved(event.path)
    layout = look.layout_at(path, event.folder)
    if layout is None:
        return None
    standing = look.standing(layout)
    kind = decide.kind_of(path, look.resolved(layout.project), standing.tree, look.resolved(layout.baseline_tree))
    reason = decide.edit(path, kind, standing)
    if not reason:
        return None
    return _specific(event, permissionDecision="deny", permissionDecisionReason=f"codeflash: {reason}")


def before_shell(event: Event, folder: Path) -> Answer | None:
    """Before a shell command: remember what the user's checkout looks like."""
    layout = look.project_of(event.folder)
    if event.by_us and layout is not None:
        memory = notes.load(folder, event.agent_id)
        memory.began(event.call, look.checkout_state(layout))
        notes.save(folder, event.agent_id, memory)
    return None


def after_shell(event: Event, folder: Path) -> Answer | None:
    """After a shell command: say what it changed where nothing may change."""
    layout = look.project_of(event.folder)
    if not event.by_us or layout is None:
        return None
    memory = notes.load(folder, event.agent_id)
    before = memory.checkouts.pop(event.call, None)
    lines = []
    for session in look.sessions(layout):
        # The user's checkout is everybody's, and told once.
        seen = look.strays(session, None if session.slug else before)
        lines += decide.after_shell(seen, look.standing(session)) if seen.anything else []
    new = [line for line in lines if line not in memory.told]
    if lines != memory.told or before is not None:
        memory.told = lines
        notes.save(folder, event.agent_id, memory)
    if not new:
        return None
    text = "codeflash: " + "\n".join(new)
    if event.name == "PostToolUse":
        return {"decision": "block", "reason": text}
    return _specific(event, additionalContext=text)  # of a command that failed; there is nothing to block


def end(event: Event, folder: Path) -> Answer | None:
    """At the end of the lead's turn: hold it while something is open, a bounded number of times."""
    layout = look.project_of(event.folder)
    if event.agent != LEAD or layout is None:
        return None
    standing = look.standing(layout)
    reason = decide.end_of_turn(standing, event.children, event.said)
    if not reason:
        return None
    memory = notes.load(folder, event.agent_id)
    what = f"{layout.project} {standing.number or ''} {standing.state} {standing.unreviewed[:200]}".rstrip()
    if memory.held.get(what, 0) >= decide.HOLDS:
        _remember_left_open(layout, standing)
        return None
    memory.held[what] = memory.held.get(what, 0) + 1
    notes.save(folder, event.agent_id, memory)
    left = decide.HOLDS - memory.held[what]
    after = f"said {left} more times" if left else "said for the last time; the record will say that it was left open"
    return {"decision": "block", "reason": f"codeflash: {reason} ({after})"}


def _remember_left_open(layout: Layout, standing: decide.Standing) -> None:
    """Put into the experiment's record that its agent went away; a verb that works on it right now goes first."""
    if standing.number is None:
        return
    with contextlib.suppress(CodeflashError), atomic.locked(layout.lock, patience_s=1.0):
        record = records.open_one(records.load_all(layout))
        if record is not None and record.number == standing.number:
            record.left_open.append(now())
            records.save(layout, record)


def start(event: Event, _folder: Path) -> Answer | None:
    """When an agent of ours starts: tell it where the session stands."""
    layout = look.project_of(event.folder)
    if not event.by_us or layout is None:
        return None
    return _specific(event, additionalContext="\n".join(decide.state_lines(look.standing(layout))))


def context(event: Event, _folder: Path) -> Answer | None:
    """After a compaction: give back what the hand-over holds."""
    layout = look.project_of(event.folder)
    text = look.handover(layout, HANDOVER_LIMIT) if layout is not None else ""
    if not text:
        return None
    return _specific(event, additionalContext=f"The codeflash session goes on. Its hand-over says:\n\n{text}")


def _specific(event: Event, **fields: str) -> Answer:
    return {"hookSpecificOutput": {"hookEventName": event.name, **fields}}


OCCASIONS: dict[str, Callable[[Event, Path], Answer | None]] = {
    "edit": edit,
    "before-shell": before_shell,
    "after-shell": after_shell,
    "end": end,
    "start": start,
    "context": context,
}
