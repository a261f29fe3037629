"""`skip`: a target that is looked at and left, with the reason."""

from __future__ import annotations

import argparse
from typing import Any

from codeflash_agent.commands import _closing, _common
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.session import context as contexts
from codeflash_agent.session import state
from codeflash_agent.session.state import Skip

HELP = "leave targets of the table alone, with the reason; they then no longer count as headroom"
EXAMPLE = """codeflash-agent skip --target app/load::digest --reason 'slow on purpose' --target app/load::main --target app/load::run --reason 'only call others'"""


class _InOrder(argparse.Action):
    """Keeps targets and reasons in the order in which they were given."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - part of the interface
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Remember one."""
        namespace.given = [*getattr(namespace, "given", ()), (option_string, values)]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--target",
        required=True,
        action=_InOrder,
        help="FILE::FUNCTION as the target table shows it; repeatable, for rows with the same reason",
    )
    parser.add_argument(
        "--reason",
        required=True,
        action=_InOrder,
        help="why no change of the targets before it is worth an experiment, one line; more targets with a reason of their own "
        "may follow",
    )
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record them."""
    groups = _groups(arguments.given)
    reasons = {target: reason for targets, reason in groups for target in targets}
    with contexts.opened() as context:
        skips = [Skip(target, reason, state.now()) for target, reason in reasons.items()]
        replaced = [one for one in context.session.skipped if reasons.get(one.target, one.reason) != one.reason]
        context.session.skipped = [one for one in context.session.skipped if one.target not in reasons] + skips
        state.save(context.layout, context.session)
        context.derive()
        now = _closing.now(context)
        still_open = _closing.open_lines(context, now.rows)
    lines = [f"left alone: {', '.join(targets)}: {reason}" for targets, reason in groups]
    lines += [f"replaces the reason given before for {one.target}: {one.reason}" for one in replaced]
    lines += [*still_open, now.step.line()]
    _common.emit(arguments, lines, {"skipped": [vars(skip) for skip in skips], "next": vars(now.step)})
    return 0


def _groups(given: list[tuple[str, str]]) -> list[tuple[list[str], str]]:
    """Targets with the reason after them; one reason at the very front holds for all.

    Raises:
        EnvironmentProblem: a target without a reason, or a reason without a target.
    """
    if given[0][0] == "--reason":
        given = [*given[1:], given[0]]
    groups: list[tuple[list[str], str]] = []
    targets: list[str] = []
    for option, text in given:
        if option == "--target":
            targets.append(text)
        elif targets and text.strip():
            groups.append((targets, text))
            targets = []
        else:
            targets = [repr(text)]
            break
    if targets:
        raise EnvironmentProblem(
            f"{', '.join(targets)} stands alone: give --target, again for each with the same reason, then --reason"
        )
    return groups
