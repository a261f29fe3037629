"""The command line: arguments in, exit status out."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from profiler import __version__, diff, errors
from profiler.analyse import deltas
from profiler.analyse.document import build
from profiler.analyse.targets import FORMULA
from profiler.errors import USAGE, ProfileError
from profiler.launch.command import resolve
from profiler.passes.plan import ALL, JOINT, Plan, take
from profiler.render import speedscope, text
from profiler.storage.documents import Baselines, as_text, check_writable, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profiler.analyse.document import Profile

NAME = "codeflash profile"

EPILOG = f"""\
examples:
  %(prog)s src -- pytest tests/test_pipeline.py -x
  %(prog)s mypackage --json profile.json -- python scripts/benchmark.py
  %(prog)s . --quick -- python -c "from mypackage import run; run()"
  %(prog)s diff before.json after.json

The command is anything that ends in Python: pytest, python, a console script, uv run, a shell script. `python` and
`pytest` mean the interpreter that runs this profiler. Child processes, threads and asyncio are followed.

passes, each a run of the command of its own, so that no instrument distorts another's figure:
  bare         reference without any instrument
  joint        CPU by sampling at 1 ms, resident memory, collector pauses, event loop; always made
  calls        exact numbers of calls of the functions that matter (`~`: resumptions of a generator, before 3.12)
  allocations  bytes live at the peak, by memray where it can be imported, else tracemalloc (several times slower)
  async        where tasks wait; only when asyncio ran
Input and output of the first run are the command's own. The further runs' output is discarded; they read a file on
standard input again, and nothing from a pipe. --quick makes the joint pass only, for commands that cannot be
repeated. All passes together take at most five times the command's own time, or 20 s of a shorter one; what would take
more is left out or ended (`>=` calls), and the report says so. The report goes to standard error, or to --report FILE.

targets:
{FORMULA.replace("%", "%%")}

exit status: the command's own (128 + N when signal N killed it), except
  {errors.USAGE}  the arguments, the source root, the baseline or an output path are wrong: nothing was run
  {errors.CANNOT_START}  the command does not exist or cannot be executed
  {errors.NO_PROFILE}  the command ran, but none of its processes was a Python that could be observed
  {errors.CANNOT_WRITE}  the profile could not be written
  {errors.TIMED_OUT} a pass took longer than --timeout
These come with one line on standard error that starts "{NAME}: error:". --json has exit_code in any case.
"""


class Parser(argparse.ArgumentParser):
    """Argument errors as one line and our own status."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage.

        Raises:
            ProfileError: always.
        """
        raise ProfileError(f"{message}; see --help for examples")


def parser() -> Parser:
    """All options; the command after `--` is split off before they are parsed."""
    made = Parser(
        prog=os.path.basename(sys.argv[0]) or NAME,  # noqa: PTH119 - argv may be anything
        usage="%(prog)s [options] <source_root> -- <command> [args...]",
        description="Profile a command over CPU, memory, garbage collection and asyncio, and rank what to optimise.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("source_root", help="functions below this folder are the project's own")
    made.add_argument("--quick", action="store_true", help="one run: the joint pass; says what it left out")
    made.add_argument("--passes", metavar="A,B", help=f"which of {', '.join(ALL)}; joint is always among them")
    made.add_argument("--json", metavar="FILE", type=Path, help="write everything, under a versioned schema")
    made.add_argument("--speedscope", metavar="FILE", type=Path, help="write the CPU stacks for speedscope")
    made.add_argument("-o", "--report", metavar="FILE", type=Path, help="write the report here, not to standard error")
    made.add_argument("--baseline", metavar="DIR", type=Path, help="where baselines are kept (.codeflash/profiles)")
    made.add_argument("--no-baseline", action="store_true", help="neither compare with a baseline nor store one")
    made.add_argument("--rebase", action="store_true", help="make this profile the new baseline of the command")
    made.add_argument("--timeout", metavar="SECONDS", type=_positive, help="kill a pass that takes longer")
    made.add_argument("--interval", metavar="MS", type=_interval, default=1.0, help="between samples (default 1)")
    made.add_argument("--memory", choices=("auto", "memray", "tracemalloc"), default="auto", help="allocation engine")
    made.add_argument("--memray-from", metavar="DIR", type=Path, help="a memray to use where there is none to import")
    made.add_argument("--frames", metavar="N", type=_whole, default=1, help="frames tracemalloc keeps (slower)")
    made.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the profiler; gives the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == [diff.WORD] and "--" not in words:
            return diff.main(words[1:], NAME)
        return _profile(words)
    except ProfileError as error:
        line = " ".join(str(error).split())
        _say(f"{NAME}: error: {line}\n")
        return error.status
    except OSError as error:
        _say(f"{NAME}: error: {error}; the profile is lost: free space, or look at the place that is named\n")
        return errors.CANNOT_WRITE
    except KeyboardInterrupt:
        _say(f"{NAME}: error: interrupted; nothing was stored\n")
        return errors.SIGNALLED + 2


def _profile(words: list[str]) -> int:
    command = words[words.index("--") + 1 :] if "--" in words else []
    options = parser().parse_args(words[: words.index("--")] if "--" in words else words)
    if not command or not command[0]:
        raise ProfileError("there is no command; write it after --, such as `src -- pytest -q`")
    root = _source_root(options.source_root)
    outputs = [path for path in (options.json, options.speedscope, options.report) if path is not None]
    for path in outputs:
        check_writable(path)
    if len({os.path.realpath(path) for path in outputs if not path.exists() or path.is_file()}) < sum(
        not path.exists() or path.is_file() for path in outputs
    ):
        raise ProfileError("--json, --speedscope and --report need a file each")
    baselines = None
    if not options.no_baseline:
        baselines = Baselines(options.baseline.absolute()) if options.baseline else Baselines.beside_session(root)
    before = baselines.read(command, root) if baselines else None
    plan = Plan(
        command=command,
        executed=resolve(command),
        source_root=root,
        passes=_passes(options),
        timeout_s=options.timeout,
        interval_s=options.interval / 1000,
        memory_engine=options.memory,
        frames=options.frames,
        chosen=options.passes is not None,
        lent=options.memray_from.absolute() if options.memray_from else None,
        roots=(os.path.abspath(options.source_root),),  # noqa: PTH100 - a link stays a link
    )
    with _workplace() as folder:
        taken = dt.datetime.now(tz=dt.timezone.utc).isoformat(timespec="seconds")
        profile = take(plan, Path(folder), taken, platform.python_version())
        return _deliver(profile, options, baselines, before)


def _deliver(
    profile: Profile, options: argparse.Namespace, baselines: Baselines | None, before: dict[str, object] | None
) -> int:
    """Write the document, the stacks and the report; gives the exit status."""
    document = build(profile)
    if before is not None and not options.rebase:
        document["delta"] = deltas.compare(before, document)
    if options.json:
        write(options.json, as_text(document))
    if options.speedscope:
        stacks = speedscope.render(shlex.join(profile.command), profile.samples)
        write(options.speedscope, json.dumps(stacks, ensure_ascii=False) + "\n")
    report = text.render(document)
    if baselines is not None and (before is None or options.rebase) and profile.exit_code == 0:
        stored = baselines.store(profile.command, Path(profile.source_root), document)
        report += f"\n[baseline] stored in {stored}\n"
    if options.report:
        write(options.report, report)
    else:
        _say("\n" + report)
    if profile.signal:
        _say(
            f"{NAME}: error: the command was killed by {profile.signal}; the profile ends where it was killed: find "
            "out why, or profile a shorter run\n"
        )
    return profile.exit_code


def _say(words: str) -> None:
    """Write to standard error, for as long as somebody reads it; it may be closed, or a pipe whose reader has gone."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(words)
            sys.stderr.flush()
    except OSError:
        # What is buffered would be tried again, and complained about, when the interpreter ends.
        sys.stderr = None


def _source_root(text_given: str) -> Path:
    if "\0" in text_given:
        raise ProfileError("the source root contains a NUL byte; give the folder that holds the project's packages")
    root = Path(text_given)
    try:
        if not root.exists():
            raise ProfileError(
                f"source root {text_given}: no such folder; give the one that holds the project's packages"
            )
        if not root.is_dir():
            raise ProfileError(f"source root {text_given} is a file; give the folder that it lies in")
        return root.resolve()
    except (OSError, RuntimeError) as error:
        raise ProfileError(f"source root {text_given} cannot be read: {error}; give a readable folder") from error


def _passes(options: argparse.Namespace) -> tuple[str, ...]:
    if options.quick and options.passes:
        raise ProfileError("--quick is one pass already; leave one of --quick and --passes out")
    if options.quick:
        return (JOINT,)
    if options.passes is None:
        return ALL
    chosen = [name.strip() for name in options.passes.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in ALL]
    if unknown or not chosen:
        raise ProfileError(f"--passes {options.passes}: choose among {', '.join(ALL)}")
    return tuple(name for name in ALL if name in {*chosen, JOINT})


def _workplace() -> tempfile.TemporaryDirectory[str]:
    """The folder of this profile's shards.

    Raises:
        ProfileError: no temporary folder can be written.
    """
    try:
        return tempfile.TemporaryDirectory(prefix="codeflash-profile-")
    except OSError as error:
        raise ProfileError(f"cannot make a temporary folder: {error}; free space there or set TMPDIR", USAGE) from error


def _positive(word: str) -> float:
    number = float(word)
    if not 0 < number < 1e9:
        raise argparse.ArgumentTypeError(f"{word} is not a positive number")
    return number


def _interval(word: str) -> float:
    number = float(word)
    if not 0.1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{word} is not between 0.1 and 1000")
    return number


def _whole(word: str) -> int:
    number = int(word)
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError(f"{word} is not between 1 and 100")
    return number
