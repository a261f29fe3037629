"""The brief of a dispatched session: everything a specialist needs before its first command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codeflash_agent.render.session import band_text, ledger_table, target_section

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Dispatch, Session
    from codeflash_agent.session.targets import Target


def brief(
    *,
    dispatch: Dispatch,
    tree: Path,
    session: Session,
    rows: Sequence[Target],
    interactions: Sequence[Mapping[str, Any]],
    setup: str,
    conventions: str,
    history: Sequence[Record],
    others: Sequence[Dispatch],
    note: str,
) -> str:
    """The whole of brief.md.

    Args:
        dispatch: slug, domain, targets and commit.
        tree: its worktree.
        session: the one that dispatches.
        rows: the targets' rows.
        interactions: those of the profile that name a target.
        setup: setup.md.
        conventions: the maintainers' wishes; empty where there are none.
        history: experiments on these targets so far.
        others: what else is dispatched now.
        note: of the one who dispatches.
    """
    lines = [
        f"# Brief: {dispatch.domain}, {', '.join(dispatch.targets)}",
        "",
        *([note, ""] if note else []),
        "## First",
        "",
        f"1. `cd '{tree}' && git rev-parse HEAD` must say `{dispatch.commit}`. If it does not, stop and report that.",
        "2. `codeflash-agent status` in that folder shows your session; every verb run there acts on it alone",
        f"   (from elsewhere: `codeflash-agent --in {dispatch.slug} VERB …`).",
        "3. Edit in that folder only. Commits come from `codeflash-agent keep` only.",
        "",
        "## Targets",
        "",
        "A profile of this very commit is stored; begin may follow at once, and needs a new profile after each keep.",
        "",
        *target_section(rows, {}),
        "",
        "For each: `codeflash-agent begin --target FILE::FUNCTION --domains … --hypothesis '…'`, ONE fix,",
        "`codeflash-agent measure`, then `keep --message 'perf: …'` or `discard --reason '…'`.",
        "",
        "## What the profile shows across domains",
        "",
        *([_interaction(one) for one in interactions] or ["Nothing that names these targets."]),
        "",
        "## Tried before",
        "",
        *ledger_table(history),
        "",
        "## What else runs",
        "",
        *_else(others),
        "",
        "## Method and goal",
        "",
        f"- goal of the whole: {session.goal or 'optimise what the profile shows'}",
        f"- locked: `{session.method.benchmark}`; tests: `{session.tests or 'none'}`; guard: `{session.guard or 'none'}`",
        f"- smallest effect that may be claimed: {band_text(session.band)}",
        "",
        "## Setup",
        "",
        setup or "setup.md is missing; `codeflash-agent status` names the commands.",
        "",
        *(["## Conventions", "", conventions, ""] if conventions else []),
        "## Last",
        "",
        f"`codeflash-agent --in {dispatch.slug} dispatch --finish 'what was learnt, one line'` writes your result where it is",
        "collected, whatever becomes of your report. Do it also when nothing was gained.",
        "",
    ]
    return "\n".join(lines)


def _interaction(one: Mapping[str, Any]) -> str:
    return f"- {one.get('kind', 'interaction')}: {one.get('text', '')} Root fix: {one.get('fix', '')}"


def _else(others: Sequence[Dispatch]) -> list[str]:
    at_work = [f"- {one.slug}: {', '.join(one.targets)} (leave these files alone)" for one in others]
    return [
        *at_work,
        "The lead may measure at the same time. Measurements take turns by themselves, so yours may wait; profiles and",
        "tests of others still make timings noisier: near the threshold, want three confirmations before a keep.",
    ]
