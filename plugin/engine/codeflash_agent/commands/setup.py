"""`setup`: find out how the project runs, changing nothing in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent import languages
from codeflash_agent.commands import _common
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import Setup
from codeflash_agent.render.setup import setup_lines, setup_markdown
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    import argparse

HELP = "detect how the project runs (interpreter, source root, tests, benchmark) and write .codeflash/setup.md"
EXAMPLE = "codeflash-agent setup --set test_command='pytest -q tests/unit'"

SETTABLE = ("runner", "interpreter", "source_root", "test_command", "benchmark_command")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=f"say what detection cannot know; KEY is one of {', '.join(SETTABLE)}; kept by later calls",
    )
    parser.add_argument("--fresh", action="store_true", help="forget what earlier calls were told with --set")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Detect, apply what was told, write both files, print what was found."""
    layout = places.find(Path.cwd(), need_git=False)
    told = {} if arguments.fresh else _told_before(layout)
    told.update(_parse(text) for text in arguments.set)
    setup = languages.load(layout.project).detect(layout.project)
    for key, value in told.items():
        setattr(setup, key, value)
    setup.details["told"] = told
    if git.toplevel(layout.project) is None:
        setup.problems.append("no git repository: `git init && git add -A && git commit -m start` before optimising")
    else:
        git.exclude(layout.project, f"/{places.HOME}/")
    with atomic.locked(layout.lock):
        atomic.write_json(layout.setup_json, setup.as_json())
        atomic.write_text(layout.setup_md, setup_markdown(setup))
    _common.emit(arguments, setup_lines(setup, str(layout.setup_md)), setup.as_json())
    return 0


def _told_before(layout: places.Layout) -> dict[str, str]:
    if not layout.setup_json.exists():
        return {}
    earlier = Setup.from_json(atomic.read_json(layout.setup_json))
    return dict(earlier.details.get("told", {}))


def _parse(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or key not in SETTABLE:
        raise EnvironmentProblem(f"--set {text!r}: write KEY=VALUE with KEY one of {', '.join(SETTABLE)}")
    return key, value
