"""What the verbs of the analysis tools share: where they look, which profile they join with, how they end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent import languages
from codeflash_agent.commands import _common
from codeflash_agent.errors import DONE, NO, EnvironmentProblem
from codeflash_agent.language import Inquiry
from codeflash_agent.session import state
from codeflash_agent.storage import atomic
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    import argparse

    from codeflash_agent.language import Setup
    from codeflash_agent.storage.layout import Layout


def add_profile(parser: argparse.ArgumentParser) -> None:
    """Add `--profile FILE`."""
    parser.add_argument(
        "--profile", metavar="FILE", help="the unified profile to join with; default: the latest one of this project"
    )


def add_command(parser: argparse.ArgumentParser, default: str = "the benchmark's") -> None:
    """Add the command to run, after `--`."""
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help=f"default: {default}")


def answer(
    arguments: argparse.Namespace, tool: str, options: dict[str, Any], *, command: list[str] | None = None
) -> int:
    """Ask the project's language, print what it found, and return 1 where there is something to act on."""
    layout = places.find(Path.cwd(), need_git=False)
    language = languages.load(layout.project)
    # A look needs no session and no written setup; what was told to `setup` counts where it was.
    setup = state.load_setup(layout) if layout.setup_json.exists() else language.detect(layout.project)
    tree = state.load(layout).tree_path if state.exists(layout) else layout.project
    inquiry = Inquiry(
        setup=setup,
        project=layout.project,
        tree=tree,
        command=list(command or ()),
        options=options,
        profile=_profile(layout, getattr(arguments, "profile", None)),
        progress=_common.progress,
    )
    found = language.inquire(tool, inquiry)
    _common.emit(arguments, found.lines, found.document)
    return NO if found.found else DONE


def benchmark(arguments: argparse.Namespace) -> list[str]:
    """The command after `--`, else the session's benchmark, else setup's.

    Raises:
        EnvironmentProblem: there is none.
    """
    import shlex  # noqa: PLC0415 - a verb with its own command needs none of this

    if arguments.command:
        return list(arguments.command)
    layout = places.find(Path.cwd(), need_git=False)
    if state.exists(layout):
        return shlex.split(state.load(layout).method.benchmark)
    setup = _setup(layout)
    text = setup.benchmark_command or setup.test_command or ""
    if not text:
        raise EnvironmentProblem("nothing to run: give a command after --, or set benchmark_command by `setup --set`")
    return shlex.split(text)


def _setup(layout: Layout) -> Setup:
    if layout.setup_json.exists():
        return state.load_setup(layout)
    return languages.load(layout.project).detect(layout.project)


def _profile(layout: Layout, named: str | None) -> dict[str, Any] | None:
    if named:
        file = Path(named)
    else:
        taken = sorted(layout.profiles.glob("[0-9]*.json")) or list(layout.profiles.glob("latest.json"))
        if not taken:
            return None
        file = taken[-1]
    document = atomic.read_json(file)
    if not isinstance(document, dict) or "functions" not in document:
        raise EnvironmentProblem(f"{file} is no unified profile; give what `codeflash-agent profile --json FILE` wrote")
    return document
