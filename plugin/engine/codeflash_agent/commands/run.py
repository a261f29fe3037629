"""`run`: any command in the session's tree, in the environment in which it runs that tree's own code."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.errors import DONE, NO, EnvironmentProblem
from codeflash_agent.session import context as contexts
from codeflash_agent.session import sides, worktrees
from codeflash_agent.storage import layout as places
from codeflash_agent.storage import temporary

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from codeflash_agent.session.context import Context

HELP = "run a command in the session's tree (or the last kept commit's, or the start's) so that it imports that tree's code"
EXAMPLE = """codeflash-agent run --baseline -- ./compare_on_odd_input
  codeflash-agent run --same -- .codeflash/bench/odd_input"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--baseline", action="store_true", help="in the tree of the last kept commit: what the open experiment replaces"
    )
    where.add_argument(
        "--start", action="store_true", help="in the tree of the session's start: what the whole branch replaces"
    )
    parser.add_argument(
        "--same",
        action="store_true",
        help="in both, the session's tree and the last kept commit's (or the start's): ends with 0 only where both print the "
        "same on standard output and end with 0; shows the lines that differ",
    )
    parser.add_argument(
        "--tolerance",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="with --same: numbers with a point may differ by this share, such as 1e-9",
    )
    _common.add_json(parser)
    parser.add_argument("command", nargs="+", metavar="-- COMMAND", help="its exit status is passed on")


def run(arguments: argparse.Namespace) -> int:
    """Run it with this terminal's input and output, or on both sides; nothing is measured or recorded."""
    if arguments.same:
        return _same(arguments)
    context = contexts.read()
    tree = context.tree
    if arguments.baseline or arguments.start:
        with contexts.opened() as context:
            tree = _replaced(context, arguments)
    command = _located(arguments.command, tree, context.layout.project)
    environment = context.language.environment(context.setup, context.layout.project, tree)
    try:
        done = subprocess.run(command, cwd=tree, env=environment, check=False)
    except OSError as error:
        raise _cannot_run(arguments.command[0], tree, error) from error
    if arguments.json:
        _common.emit(arguments, [], {"command": arguments.command, "tree": str(tree), "exit_code": done.returncode})
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def _same(arguments: argparse.Namespace) -> int:
    """Run the command before and after, and compare."""
    with contexts.opened() as context, temporary.folder() as probe:
        found = []
        for tree in (_replaced(context, arguments), context.tree):
            project = context.layout.project
            command = _located(arguments.command, tree, project)
            # With the probe both sides hash text alike, so that what prints a set is no difference.
            environment = context.language.environment(context.setup, project, tree, probe)
            try:
                found.append(sides.run(command, tree, environment))
            except OSError as error:
                raise _cannot_run(arguments.command[0], tree, error) from error
    before, now = found
    lines = sides.difference(before, now, arguments.tolerance)
    failed = f"; it proves little: both end with {now.status}{f' ({now.last_error})' if now.last_error else ''}"
    same = f"same: {now.printed.count(chr(10))} lines printed" + (failed if now.status else "")
    document = {"command": arguments.command, "same": not lines, "before": vars(before), "now": vars(now)}
    _common.emit(arguments, ["not the same:", *lines] if lines else [same], document)
    return NO if lines or now.status else DONE


def _replaced(context: Context, arguments: argparse.Namespace) -> Path:
    commit = context.session.start_commit if arguments.start else context.base_commit
    return worktrees.baseline_at(context.layout, context.setup, commit)


def _cannot_run(program: str, tree: Path, error: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"cannot run {program!r} in {tree}: {error.strerror or error}; check the command after --"
    )


def _located(command: list[str], tree: Path, project: Path) -> list[str]:
    """The command with what only the checkout has: a program in an environment that git does not track, our own scripts."""
    return [
        str(project / word)
        if (word.startswith(f"{places.HOME}/") or (number == 0 and "/" in word and not word.startswith("/")))
        and not (tree / word).exists()
        and (project / word).exists()
        else word
        for number, word in enumerate(command)
    ]
