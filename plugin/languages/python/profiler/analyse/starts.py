"""Programs that are started again and again: what their starts cost, beside what they then do.

No function shows it. The starter only waits, and each import is a small row in a process of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from profiler.analyse.identity import IMPORT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from profiler.analyse.identity import Function
    from profiler.analyse.model import Sample
    from profiler.storage.shards import Process

SEVERAL = 4  # starts of one program from which on it is worth saying
WORTH = 0.15  # share of all CPU time that its starts must take
LONGEST = 60  # characters of the command that are shown
_STARTING = ("_execute_child", "spawnv_passfds")  # by which `subprocess` and `multiprocessing` start an interpreter


class Start(NamedTuple):
    """One program: how often it was started, CPU seconds of all its starts, and CPU seconds of the rest."""

    command: str
    times: int
    start_s: float
    work_s: float


def repeated(processes: Sequence[Process]) -> list[Start]:
    """The programs that new interpreters ran, by the CPU time of their starts (interpreter and imports), dearest first.

    The first process is the command itself, and forks start nothing.
    """
    found: dict[str, Start] = {}
    for process in processes[1:]:
        if process.about["origin"] != "start":
            continue
        name = command(process.argv)
        before = found.get(name, Start(name, 0, 0.0, 0.0))
        start_s, work_s = _split(process)
        found[name] = Start(name, before.times + 1, before.start_s + start_s, before.work_s + work_s)
    return sorted(found.values(), key=lambda start: (-start.start_s, start.command))


def notes(processes: Sequence[Process], samples: Sequence[Sample], cpu_s: float) -> list[str]:
    """A sentence for each program whose starts take a good part of `cpu_s` seconds, all that was sampled."""
    worth = [start for start in repeated(processes) if start.times >= SEVERAL and start.start_s >= WORTH * cpu_s]
    by = starter(samples) if worth else None
    place = f" ({by.name}, {by.file}:{by.line})" if by is not None else ""
    return [
        f"`{start.command}` was started {start.times} times{place}: {100 * start.start_s / cpu_s:.0f} % of the CPU is its "
        f"starts (interpreter and imports), {1000 * start.start_s / start.times:.0f} ms each, for "
        f"{1000 * start.work_s / start.times:.0f} ms of work each; fewer processes that stay pay it less often"
        for start in worth
    ]


def starter(samples: Sequence[Sample]) -> Function | None:
    """The project's function that was met most while it started processes; None where none was met."""
    seconds: dict[Function, float] = {}
    for sample in samples:
        own = next((index for index, function in enumerate(sample.stack) if function.own), None)
        if own and any(function.name.endswith(_STARTING) for function in sample.stack[:own]):
            seconds[sample.stack[own]] = seconds.get(sample.stack[own], 0.0) + sample.cpu_s
    return max(seconds, key=lambda function: seconds[function], default=None)


def command(argv: Sequence[str]) -> str:
    """What an interpreter was asked to run, without the arguments of that."""
    words = list(argv[1:])
    while words and words[0].startswith("-") and words[0] not in ("-m", "-c", "-"):
        option = words.pop(0)
        if option in ("-X", "-W") and words:  # their values are words of their own
            words.pop(0)
    text = " ".join(["python", *words[: 2 if words and words[0] in ("-m", "-c") else 1]])
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _split(process: Process) -> tuple[float, float]:
    """CPU seconds of a process's start and imports, and of all else."""
    importing = {identity for identity, code in process.codes.items() if code.file == IMPORT}
    start_s = work_s = 0.0
    for table in ("stacks", "threads", "collections"):
        for stack, _, cpu, *_ in process.rows.get(table, ()):
            if not stack or not importing.isdisjoint(stack):
                start_s += cpu
            else:
                work_s += cpu
    return start_s, work_s
