"""`profile`: one unified profile of the present state, kept with the session."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent import languages
from codeflash_agent.commands import _closing, _common, _tools
from codeflash_agent.errors import DONE, NO, CodeflashError, EnvironmentProblem
from codeflash_agent.language import Inquiry
from codeflash_agent.render.profile import change_lines
from codeflash_agent.session import context as contexts
from codeflash_agent.session import goals, state, targets
from codeflash_agent.session.state import ProfileEntry
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    import argparse

    from codeflash_agent.language import Language, Setup
    from codeflash_agent.session.context import Context
    from codeflash_agent.session.state import Session
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
    parser.add_argument(
        "--full",
        action="store_true",
        help="the whole text; without it a later profile of a session's benchmark says what changed since the one before, "
        "and a state that has one is not profiled again",
    )
    parser.add_argument(
        "--brief",
        action="store_true",
        help="of a later profile the totals and the first three rows, for one between two experiments of a chain",
    )
    parser.add_argument("--again", action="store_true", help="profile a state that has a profile already once more")
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
        if arguments.command or arguments.quick or arguments.option or arguments.full or arguments.again:
            raise EnvironmentProblem(
                "--from reads a file and runs nothing: leave out the command, --quick, --option, --full and --again"
            )
        return _tools.answer(arguments, "evidence", {"from": arguments.taken, "format": arguments.format})
    if arguments.format:
        raise EnvironmentProblem("--format says what --from FILE is; give the file")
    layout = places.find(Path.cwd(), need_git=False)
    closing, lines = [], None
    if state.exists(layout):
        with contexts.opened() as context:
            if not (arguments.command or arguments.quick or arguments.option or arguments.again):
                known = _known(context)
                if known is not None:
                    return _say_known(context, known, arguments)
            earlier = _shown_before(context)
            command = arguments.command or shlex.split(context.session.method.benchmark)
            number = len(context.session.profiles) + 1
            file = layout.profiles / f"{number:03d}.json"
            before = git.tree_hash(context.tree)
            # Each method has a base of its own, so that nothing is compared with what another one showed.
            methods = len(context.session.baselines)
            base = layout.profiles / f"method-{methods}" if methods else layout.profiles
            document = _profile(context.language, context.setup, layout, context.tree, command, file, arguments, base)
            remarks = _remarks(context.language, context.setup, layout, context.tree, document, file)
            entry = ProfileEntry(
                number,
                str(file.relative_to(layout.home)),
                before,
                shlex.join(command),
                document["exit_code"],
                state.now(),
                brief=arguments.brief and earlier is not None,
            )
            context.session.profiles.append(entry)
            state.save(layout, context.session)
            context.derive()
            own = targets.of_benchmark(context.session)
            if earlier is not None and own and own[-1] is entry and not arguments.full:
                lines = change_lines(
                    earlier, document, number, brief=arguments.brief, memory=_about_memory(context.session)
                )
                lines += [] if arguments.brief else remarks
            closing = [] if arguments.brief and lines else ["", _closing.now(context).step.line()]
    else:
        setup = state.load_setup(layout)
        text = setup.benchmark_command or setup.test_command or ""
        command = arguments.command or shlex.split(text)
        if not command:
            raise EnvironmentProblem(
                "nothing to profile: give a command, as in `codeflash-agent profile -- python x.py`"
            )
        file = layout.profiles / "latest.json"
        language = languages.load(layout.project)
        document = _profile(language, setup, layout, layout.project, command, file, arguments)
        _remarks(language, setup, layout, layout.project, document, file)
    shown = [_text(file)] if lines is None else lines
    shown += ["(the whole table: profile --full)"] if lines and not arguments.brief else []
    _common.emit(arguments, [*shown, *closing], document)
    if document["exit_code"] != 0:
        _common.progress(
            f"the command ended with {document['exit_code']}: this profile opens no experiment; mend the command first"
        )
        return NO
    return DONE


def _remarks(
    language: Language, setup: Setup, layout: Layout, tree: Path, document: dict[str, Any], file: Path
) -> list[str]:
    """What the profile says together with the source; it stands at the end of the profile's text too."""
    asked = Inquiry(setup, layout.project, tree, [], {}, document, _common.progress)
    try:
        lines = language.inquire("remarks", asked).lines
    except EnvironmentProblem:  # the profile is whole without
        return []
    if lines:
        atomic.write_text(file.with_suffix(".txt"), "\n".join([_text(file), "", *lines, ""]))
        return ["", *lines]
    return []


def _about_memory(session: Session) -> bool:
    return goals.domain_of(session.goal) == "memory"


def _text(file: Path) -> str:
    return file.with_suffix(".txt").read_text(encoding="utf-8").rstrip()


def _since(session: Session) -> list[ProfileEntry]:
    """The profiles of the benchmark since its method was locked; one of an earlier method is no base to compare with."""
    start = session.baselines[-1]["ended"] if session.baselines else ""
    return [entry for entry in targets.of_benchmark(session) if entry.taken > start]


def _shown_before(context: Context) -> dict[str, Any] | None:
    """The document of the last profile whose table was shown; None where there is none that can be read."""
    for entry in reversed(_since(context.session)):
        try:
            document: dict[str, Any] = atomic.read_json(context.layout.home / entry.file)
        except CodeflashError:
            return None
        return document
    return None


def _known(context: Context) -> ProfileEntry | None:
    """The whole profile that the present state has already."""
    tree_hash = git.tree_hash(context.tree)
    entries = [entry for entry in _since(context.session) if entry.tree_hash == tree_hash]
    file = context.layout.home / entries[-1].file if entries else None
    if file is None or not file.with_suffix(".txt").exists() or not file.exists():
        return None
    return None if atomic.read_json(file).get("quick") else entries[-1]


def _say_known(context: Context, entry: ProfileEntry, arguments: argparse.Namespace) -> int:
    file = context.layout.home / entry.file
    document = atomic.read_json(file)
    lines = [_text(file), ""] if arguments.full else []
    before = _since(context.session)
    before = before[: before.index(entry)]
    if entry.brief and before and not (arguments.full or arguments.brief):
        earlier = atomic.read_json(context.layout.home / before[-1].file)
        memory = _about_memory(context.session)
        lines = [*change_lines(earlier, document, entry.number, memory=memory), ""]
        entry.brief = False
        state.save(context.layout, context.session)
    lines.append(f"profile {entry.number} is of this state already; --full shows it, --again takes another")
    _common.emit(arguments, [*lines, _closing.now(context).step.line()], document)
    return DONE


def _profile(
    language: Language,
    setup: Setup,
    layout: Layout,
    tree: Path,
    command: list[str],
    file: Path,
    arguments: argparse.Namespace,
    base: Path | None = None,
) -> dict[str, Any]:
    for folder in (file.parent, base or file.parent):
        folder.mkdir(parents=True, exist_ok=True)
    report = file.with_suffix(".txt")
    stacks = file.with_suffix(places.STACKS)
    for stale in (file, report, stacks):
        stale.unlink(missing_ok=True)
    options = ["--json", str(file), "--report", str(report), "--speedscope", str(stacks)]
    options += ["--baseline", str(base or layout.profiles), *arguments.option]
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
