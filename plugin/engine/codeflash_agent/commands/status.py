"""`status`: where the session stands and what to do now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.render import review as review_render
from codeflash_agent.render import session as render
from codeflash_agent.review import state as reviews
from codeflash_agent.session import collecting, gains, handoff, next_step, records, state, targets
from codeflash_agent.session import context as contexts
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    import argparse

HELP = "the session so far (targets, ledger, gain per dimension) and what to do now, with the rule that says so"
EXAMPLE = "codeflash-agent status"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Look; nothing is changed. Exit status 0 with and without a session."""
    layout = places.find(Path.cwd())
    if not state.exists(layout):
        first = "codeflash-agent baseline" if layout.setup_json.exists() else "codeflash-agent setup"
        lines = [f"no session in {layout.project}", f"next: {first}"]
        _common.emit(arguments, lines, {"session": None, "next": {"action": first, "why": "no session"}})
        return 0
    context = contexts.read()
    session, all_records = context.session, context.records
    present, due, step = handoff.now(layout, session, all_records)
    rows = present if present is not None else handoff.newest_targets(layout, session)
    about = "" if present is not None else " of an earlier state: profile again"
    fates = targets.fates(rows, context.decided, session)
    table = render.target_table(rows, fates) if session.profiles else ["none: the session has no profile yet"]
    lines = [
        f"session since {session.started} on {session.branch}, edits in {session.tree}",
        f"goal: {session.goal or 'optimise what the profile shows'}",
        f"method {session.method.digest}: {session.method.benchmark}; tests: {session.tests or 'none'}",
        f"gained so far: {render.gains_line(gains.products(all_records))}",
        "",
        *render.ledger_table(all_records),
        "",
        f"[unified targets]{about if session.profiles else ''}",
        *table,
        *render.floor_lines(targets.closed_by_size(fates), targets.least(session)),
        "",
    ]
    current = context.open_record
    if current is not None:
        pairs = len(records.load_pairs(layout, current, records.MAIN))
        lines.append(
            f"[experiment {current.number}] {current.state}: {current.target}; {pairs} pairs measured; {current.hypothesis}"
        )
    standings = {one.slug: collecting.standing(context, one) for one in session.out}
    lines += [f"[dispatch] {slug}: {text}" for slug, text in standings.items()]
    reviewed = [review_render.outcome_text(review) for review in reviews.load_all(layout)]
    lines += [f"[adversarial-review] {text}" for text in reviewed]
    if step.action == next_step.COMPLETE:
        lines.append(f"[complete] may be said now: {step.why}")
    lines += [f"next: {step.action}", f"why: {step.why}"]
    document = {
        "session": session.as_json(),
        "experiments": [record.as_json() for record in all_records],
        "gains": gains.products(all_records),
        "targets": [vars(row) for row in rows],
        "dispatched": standings,
        "review_settled": due is None,
        "targets_current": present is not None,
        "next": vars(step),
    }
    _common.emit(arguments, lines, document)
    return 0
