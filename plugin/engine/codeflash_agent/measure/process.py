"""One run of the benchmark on one side, in a fresh process tree, and what that tree used."""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.measure import output
from codeflash_agent.measure.model import HIGHER, Sample, Value
from codeflash_agent.storage import temporary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from codeflash_agent.measure.model import Method, Side

ALLOCATED = "alloc_peak_mib"  # what `Side.read_probe` may give on request
MIB = 1024.0 * 1024.0
_QUOTED = re.compile(r"'[^']*'|\"[^\"$`\\]*\"|\\.")
_SHELL = re.compile(r"[|&;<>()$`*?{~#\n]|^\s*\w+=")


class BenchmarkFailed(EnvironmentProblem):
    """The benchmark ended with an error or did not end; one more try may be worth it. `side` names where."""

    def __init__(self, message: str, side: str = "") -> None:
        """Say what happened, and on which side."""
        super().__init__(message)
        self.side = side


class Supervisor:
    """The small process that runs the commands (`supervisor.py`), started when first needed.

    Whoever makes one closes it: `with closing(Supervisor()) as supervisor`.
    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._held = contextlib.ExitStack()
        self._folder: Path | None = None

    def folder(self) -> Path:
        """Where runs leave what they print and what their probes say, the same for all runs.

        Removing a folder takes milliseconds on many a file system, so it is not done for each run.

        Raises:
            OSError: it cannot be made.
        """
        if self._folder is None or not self._folder.is_dir():
            self._held.close()
            self._folder = self._held.enter_context(temporary.folder())
        return self._folder

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Have one command run; see `supervisor.run` for what the answer holds.

        Raises:
            EnvironmentProblem: the supervisor could not be started, or was killed.
        """
        process = self._process or self._start()
        assert process.stdin is not None  # noqa: S101 - opened as pipes below
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except OSError:
            answer = b""
        if not answer:
            self.close()
            raise EnvironmentProblem(
                "the process that runs the benchmark was killed, perhaps for want of memory; run the same command again"
            )
        return dict(json.loads(answer))

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(Path(__file__).with_name("supervisor.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C on the terminal is for the engine, which then closes this one
            )
        except OSError as error:
            raise EnvironmentProblem(
                f"cannot start the process that runs the benchmark: {error.strerror or error}; run the same command again"
            ) from error
        return self._process

    def close(self) -> None:
        """End the supervisor and all it runs."""
        try:
            self._end()
        finally:
            self._folder = None
            self._held.close()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def argv_of(command: str) -> list[str]:
    """The argument vector of a command as a person types it; a shell is used only where its syntax asks for one.

    Raises:
        EnvironmentProblem: the command is empty or its quotes do not match.
    """
    if _SHELL.search(_QUOTED.sub("", command)):
        return ["sh", "-c", command]
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise EnvironmentProblem(f"cannot read the benchmark command {command!r}: {error}; check its quotes") from error
    if not words:
        raise EnvironmentProblem("the benchmark command is empty; give the command that shows the work to be measured")
    return words


def run_benchmark(
    method: Method,
    side: Side,
    supervisor: Supervisor | None = None,
    attempt: Callable[[Callable[[], Sample]], Sample] | None = None,
    cpus: Sequence[int] | None = None,
) -> Sample:
    """Run the benchmark on `side` and return its figures: the best of `method.runs` runs.

    `wall_s` goes from before the fork to the end of the command's first process; `cpu_s` is user and system time of
    all processes of its tree, daemons included; `rss_mib` is the highest summed resident memory of the tree at one
    time, looked at every 5 ms, or the kernel's exact peak of the largest single process where that is higher (so a
    program of one process is exact; pages shared between processes count for each); `gc_s` is what the side's probe
    says. Whatever still runs when the first process ends is killed.

    Args:
        method: the command, its environment and its timeout.
        side: the tree to run it in.
        supervisor: the process to run it by; one is started for this run where none is given.
        attempt: makes one of the runs, and may make it again where it fails.
        cpus: the only ones to run on, until it has a second process or thread.

    Raises:
        BenchmarkFailed: it ended with a status other than 0, or not in time.
        EnvironmentProblem: it cannot be run at all.
    """
    argv = argv_of(method.benchmark)
    if supervisor is None:
        with contextlib.closing(Supervisor()) as own:
            return run_benchmark(method, side, own, attempt, cpus)
    run = functools.partial(_run_once, argv, method, side, supervisor, cpus)
    return best_of([run() if attempt is None else attempt(run) for _ in range(method.runs)])


def _run_once(
    argv: list[str], method: Method, side: Side, supervisor: Supervisor, cpus: Sequence[int] | None
) -> Sample:
    try:
        folder = supervisor.folder()
        try:
            return _run_in(folder, argv, method, side, supervisor, cpus)
        finally:
            for name in ("stdout", "stderr"):  # so that the next run need not truncate what may be a gigabyte
                (folder / name).unlink(missing_ok=True)
    except EnvironmentProblem:
        raise
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot keep what the benchmark prints in {tempfile.gettempdir()}: {error.strerror or error}; "
            "free space there, or set TMPDIR to a folder that has some"
        ) from error


def best_of(samples: Sequence[Sample]) -> Sample:
    """Several runs of one side as one sample: of each metric that all have, the best figure.

    The best of several runs is the one that was disturbed least. Where they printed different output, the digest is of
    all of them, so that output which varies is seen to vary.
    """
    if len(samples) == 1:
        return samples[0]
    first = samples[0]
    values = {
        name: (max if value.better == HIGHER else min)(
            (sample.values[name] for sample in samples), key=lambda one: one.amount
        )
        for name, value in first.values.items()
        if all(name in sample.values for sample in samples)
    }
    digests = dict.fromkeys(sample.output_digest for sample in samples)
    notes = dict.fromkeys(note for sample in samples for note in sample.notes)
    return Sample(
        values, first.exit_code, "+".join(digests), tuple(notes), first.information, max(s.tasks for s in samples)
    )


def _run_in(
    folder: Path, argv: list[str], method: Method, side: Side, supervisor: Supervisor, cpus: Sequence[int] | None
) -> Sample:
    probe, stdout, stderr = folder / "probe", folder / "stdout", folder / "stderr"
    probe.mkdir(exist_ok=True)
    environment = {**side.environment(probe), **method.environment}
    before = {name: _stamp(side.tree / name) for name in method.results}
    answer = supervisor.run(
        {
            "argv": argv,
            "cwd": str(side.tree),
            "env": environment,
            "stdout": str(stdout),
            "stderr": str(stderr),
            "timeout_s": method.timeout_s,
            "cpus": list(cpus or ()),
        }
    )
    if answer["error"] is not None:
        raise EnvironmentProblem(_cannot_start(argv, side, answer))
    failure = _failure(answer, method)
    if failure:
        said = output.last_line(stderr) or output.last_line(stdout)
        raise BenchmarkFailed(
            f"the benchmark {failure} on {side.name} ({side.tree}){': ' + said if said else ''}", side.name
        )
    own = [str(side.tree), str(folder)]
    reading = output.read(stdout, own=own, ignore=method.ignore)
    values = {
        "wall_s": Value(answer["wall_s"], "s"),
        "cpu_s": Value(answer["cpu_s"], "s"),
        "rss_mib": Value(answer["rss_bytes"] / MIB, "MiB"),
    }
    probed = side.read_probe(probe)
    if "gc_s" in probed:
        values["gc_s"] = Value(float(probed["gc_s"]), "s")
    if ALLOCATED in probed:
        values[ALLOCATED] = Value(float(probed[ALLOCATED]), "MiB")
    information = {name: float(amount) for name, amount in probed.items() if name not in ("gc_s", ALLOCATED)}
    notes = list(reading.notes)
    if answer["leftovers"]:
        notes.append(f"{answer['leftovers']} processes still ran when the benchmark ended, and were killed")
    digests = [reading.digest]
    for name, stamp in before.items():
        path = side.tree / name
        if _stamp(path) in (None, stamp):
            notes.append(f"the result file {name} was not written")
            digests.append("none")
        else:
            digests.append(output.read(path, own=own, ignore=method.ignore).digest)
    return Sample(
        {**values, **reading.values}, 0, ",".join(digests), tuple(notes), information, max(1, answer["tasks"])
    )


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is written; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _cannot_start(argv: list[str], side: Side, answer: dict[str, Any]) -> str:
    if answer["errno"] in (errno.ENOENT, errno.EACCES):
        if not side.tree.is_dir():
            return f"the {side.name} tree {side.tree} is not there; run the same command again to make it anew"
        return f"cannot run {argv[0]!r} in {side.tree}: {answer['error']}; check the benchmark command"
    return f"cannot start the benchmark in {side.tree}: {answer['error']}"


def _failure(answer: dict[str, Any], method: Method) -> str:
    if answer["timed_out"]:
        return f"did not end within {method.timeout_s:g} s and was stopped"
    status = int(answer["status"])
    number = status & 0x7F  # as wait gives it: the signal in the low bits, the exit status above
    if number:
        with contextlib.suppress(ValueError):
            return f"was killed by {signal.Signals(number).name}"
        return f"was killed by signal {number}"
    return f"ended with exit status {status >> 8}" if status else ""
