"""`profile`: one unified profile of the present state, kept with the session."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent import languages
from codeflash_agent.commands import _closing, _common, _tools
from codeflash_agent.errors import DONE, NO, EnvironmentProblem
from codeflash_agent.session import context as contexts
from codeflash_agent.session import state
from codeflash_agent.session.state import ProfileEntry
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    import argparse

    from codeflash_agent.language import Language, Setup
    from codeflash_agent.storage.layout import Layout

HELP = (
    "profile CPU, memory, collector and event loop jointly; in a session it opens the way to the next experiment; "
    "--from reads a profile that another tool took elsewhere, as evidence only"
)
EXAMPLE = "codeflash-agent profile -- python scripts/import_job.py --rows 100000"
EXAMPLE += "\n  codeflash-agent profile --from production.pprof.gz --json evidence.json"

STDERR = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--quick", action="store_true", help="one pass only; says what it leaves out")
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="OPTION",
        help="passed on to the profiler, e.g. --option=--top=20",
    )
    parser.add_argument(
        "--from",
        dest="taken",
        metavar="FILE",
        help="read a profile that another tool took elsewhere instead of running anything, in any format that the "
        "project's language knows; it opens no experiment; status 1 where nothing in it is this project's",
    )
    parser.add_argument("--format", metavar="FORMAT", help="the format of that file, where its content does not say it")
    _common.add_json(parser)
    parser.add_argument(
        "command", nargs="*", metavar="-- COMMAND", help="default: the session's benchmark, else setup's"
    )


def run(arguments: argparse.Namespace) -> int:
    """Profile in the session's tree where there is a session, else in the checkout, changing nothing."""
    if arguments.taken:
        if arguments.command or arguments.quick or arguments.option:
            raise EnvironmentProblem(
                "--from reads a file and runs nothing: leave out the command, --quick and --option"
            )
        return _tools.answer(arguments, "evidence", {"from": arguments.taken, "format": arguments.format})
    if arguments.format:
        raise EnvironmentProblem("--format says what --from FILE is; give the file")
    layout = places.find(Path.cwd(), need_git=False)
    closing = []
    if state.exists(layout):
        with contexts.opened() as context:
            command = arguments.command or shlex.split(context.session.method.benchmark)
            number = len(context.session.profiles) + 1
            file = layout.profiles / f"{number:03d}.json"
            before = git.tree_hash(context.tree)
            document = _profile(context.language, context.setup, layout, context.tree, command, file, arguments)
            entry = ProfileEntry(
                number,
                str(file.relative_to(layout.home)),
                before,
                shlex.join(command),
                document["exit_code"],
                state.now(),
            )
            context.session.profiles.append(entry)
            state.save(layout, context.session)
            context.derive()
            closing = ["", _closing.now(context).step.line()]
    else:
        setup = state.load_setup(layout)
        text = setup.benchmark_command or setup.test_command or ""
        command = arguments.command or shlex.split(text)
        if not command:
            raise EnvironmentProblem(
                "nothing to profile: give a command, as in `codeflash-agent profile -- python x.py`"
            )
        file = layout.profiles / "latest.json"
        document = _profile(languages.load(layout.project), setup, layout, layout.project, command, file, arguments)
    _common.emit(arguments, [file.with_suffix(".txt").read_text(encoding="utf-8").rstrip(), *closing], document)
    if document["exit_code"] != 0:
        _common.progress(
            f"the command ended with {document['exit_code']}: this profile opens no experiment; mend the command first"
        )
        return NO
    return DONE


def _profile(
    language: Language,
    setup: Setup,
    layout: Layout,
    tree: Path,
    command: list[str],
    file: Path,
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    file.parent.mkdir(parents=True, exist_ok=True)
    report = file.with_suffix(".txt")
    stacks = file.with_suffix(places.STACKS)
    for stale in (file, report, stacks):
        stale.unlink(missing_ok=True)
    options = ["--json", str(file), "--report", str(report), "--speedscope", str(stacks)]
    options += ["--baseline", str(layout.profiles), *arguments.option]
    if arguments.quick:
        options.append("--quick")
    argv = language.profile_command(setup, tree, command, options)
    # The program's own output goes to stderr here: standard output carries the result of this verb.
    _common.progress(f"profiling {shlex.join(command)}")
    done = subprocess.run(
        argv,
        cwd=tree,
        env=language.environment(setup, layout.project, tree),
        stdin=subprocess.DEVNULL,
        stdout=STDERR,
        check=False,
    )
    if not (file.exists() and report.exists()):
        raise EnvironmentProblem(
            f"the profiler wrote nothing and ended with {done.returncode}; its line above says why"
        )
    document: dict[str, Any] = atomic.read_json(file)
    return document
