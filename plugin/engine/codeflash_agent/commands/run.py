"""`run`: any command in the session's tree, in the environment in which it runs that tree's own code."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.session import context as contexts
from codeflash_agent.session import worktrees

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

HELP = "run a command in the session's tree (or the last kept commit's, or the start's) so that it imports that tree's code"
EXAMPLE = "codeflash-agent run --baseline -- ./compare_on_odd_input"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--baseline", action="store_true", help="in the tree of the last kept commit: what the open experiment replaces"
    )
    where.add_argument(
        "--start", action="store_true", help="in the tree of the session's start: what the whole branch replaces"
    )
    _common.add_json(parser)
    parser.add_argument("command", nargs="+", metavar="-- COMMAND", help="its exit status is passed on")


def run(arguments: argparse.Namespace) -> int:
    """Run it with this terminal's input and output; nothing is measured or recorded."""
    context = contexts.read()
    tree = context.tree
    if arguments.baseline or arguments.start:
        with contexts.opened() as context:
            commit = context.session.start_commit if arguments.start else context.base_commit
            tree = worktrees.baseline_at(context.layout, context.setup, commit)
    command = [_program(arguments.command[0], tree, context.layout.project), *arguments.command[1:]]
    environment = context.language.environment(context.setup, context.layout.project, tree)
    try:
        done = subprocess.run(command, cwd=tree, env=environment, check=False)
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot run {arguments.command[0]!r} in {tree}: {error.strerror or error}; check the command after --"
        ) from error
    if arguments.json:
        _common.emit(arguments, [], {"command": arguments.command, "tree": str(tree), "exit_code": done.returncode})
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def _program(word: str, tree: Path, project: Path) -> str:
    """The program that a path means: what git does not track, like an environment, is in the checkout alone."""
    relative = "/" in word and not word.startswith("/")
    return str(project / word) if relative and not (tree / word).exists() and (project / word).exists() else word
