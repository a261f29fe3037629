"""The passes: a bare run for reference, the joint pass, exact calls, allocations, and waits where asyncio ran."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from profiler.analyse import (
    accounts,
    asynchrony,
    calls,
    concurrency,
    cpu,
    instances,
    interactions,
    memory,
    pauses,
    shape,
    starts,
)
from profiler.analyse.document import Profile
from profiler.analyse.identity import Resolver
from profiler.analyse.model import MIB, PassResult
from profiler.errors import NO_PROFILE, SIGNALLED, TIMED_OUT, ProfileError
from profiler.launch import injection
from profiler.launch.run import Stdin, run
from profiler.storage import memray_files, shards

if TYPE_CHECKING:
    from pathlib import Path

    from profiler.analyse.model import Table

BARE, JOINT, CALLS, ALLOCATIONS, ASYNC = "bare", "joint", "calls", "allocations", "async"
ALL = (BARE, JOINT, CALLS, ALLOCATIONS, ASYNC)
WHAT = {
    BARE: "reference without any instrument",
    CALLS: "exact numbers of calls",
    ALLOCATIONS: "bytes at the peak by function and line",
    ASYNC: "where tasks wait",
}
MOST_NAMED = 5  # of the processes that were not seen
SLOW_ENGINE_LIMIT_S = 60.0  # CPU seconds of the command above which tracemalloc is not worth its ten-fold time
TRACING = 1.5  # times the command's CPU time that tracemalloc may take in a process before it is stopped,
TRACING_S = 5.0  # and the CPU seconds that it may take in any case
NOTHING_HELD = 1.5 * MIB  # bytes under the project's functions for which an allocation pass is not worth its cost,
SHORT_S = 2.0  # unless the command takes less CPU time
ONLY_SLOW = (
    "only tracemalloc is there, which makes it up to ten times slower: install memray, or ask for it by "
    "--passes joint,allocations; until then memory is the resident level's"
)

OWN_SAMPLER = (3, 15)  # from which the interpreter brings a sampling profiler
BUDGET = 5.0  # times the command's own time, by the clock and in CPU time, for all passes together
ENOUGH_S = 20.0  # seconds that all passes may take of a command that is short
ASYNC_COST = 1.2  # times the command's own time, for which room is left where asyncio ran
CALLS_NEED = 1.15  # the same that counting needs at least: the command goes on after it has ended
TO_THE_END = 2.2  # and what it needs where it cannot be ended
MONITORED = (3, 12)  # from which calls are counted by `sys.monitoring`
REST_S = 0.3  # CPU seconds that the profiler itself takes after the last pass
SLOWED = 0.8  # share of the time of counting by which the command falls behind, where it is made five times slower


@dataclass
class Plan:
    """What the user asked for."""

    command: list[str]
    executed: list[str]
    source_root: Path
    passes: tuple[str, ...] = ALL
    timeout_s: float | None = None
    interval_s: float = 0.001
    memory_engine: str = "auto"
    frames: int = 1
    chosen: bool = False  # the passes were named by the user
    lent: Path | None = None  # a folder with a memray for the target interpreter
    roots: tuple[str, ...] = ()  # other names of the source root, by which code may have been loaded


@dataclass
class Runner:
    """Runs passes of one command; the first shows its output, the others' is discarded."""

    plan: Plan
    folder: Path
    stdin: Stdin = field(default_factory=Stdin)
    results: list[PassResult] = field(default_factory=list)
    site: Path | None = None

    def run(self, name: str, **settings: Any) -> PassResult:
        """Run one pass.

        Raises:
            ProfileError: it could not be started, timed out or was interrupted.
        """
        place = self.folder / name
        if name == BARE:
            environment = dict(os.environ)
        else:
            if self.site is None:
                self.site = injection.unpack(self.folder)
            settings["roots"] = (str(self.plan.source_root), *self.plan.roots)
            environment = injection.environment(self.site, place, {"mode": name, **settings})
        shown = not self.results
        outcome = run(
            self.plan.executed,
            environment=environment,
            stdin=self.stdin,
            shown=shown,
            timeout_s=self.plan.timeout_s,
        )
        if outcome.timed_out:
            raise ProfileError(
                f"the {name} pass took longer than {self.plan.timeout_s:g} s and was killed; raise --timeout, or "
                "profile a shorter command",
                TIMED_OUT,
            )
        if outcome.interrupted:
            raise ProfileError("interrupted; nothing was stored", SIGNALLED + 2)
        result = PassResult(
            name=name,
            engine="none",
            exit_code=outcome.exit_code,
            wall_s=outcome.wall_s,
            cpu_s=outcome.cpu_s,
            rss_peak=outcome.rss_peak,
            pythons=outcome.pythons,
            others=outcome.others,
            others_s=outcome.others_s,
        )
        if name != BARE:
            result.processes = shards.read_pass(place)
            result.problems = shards.problems(place)
        self.results.append(result)
        return result


def take(plan: Plan, folder: Path, taken: str, python: str) -> Profile:
    """Run the passes and analyse what they left.

    Raises:
        ProfileError: nothing could be run or observed.
    """
    runner = Runner(plan, folder)
    resolver = Resolver(plan.source_root)
    left_out: list[str] = [f"{name} ({WHAT[name]})" for name in ALL if name not in plan.passes and name != JOINT]
    notes: list[str] = []
    if BARE in plan.passes:
        runner.run(BARE)
    joint = runner.run(JOINT, interval_s=plan.interval_s)
    if not joint.processes:
        raise ProfileError(_unseen(joint), NO_PROFILE)
    joint.engine = ", ".join(sorted({process.about["clock"] for process in joint.processes}))
    samples = cpu.samples(joint.processes, resolver)
    table = cpu.tabulate(samples)
    cpu.charge_places(table, joint.processes, resolver)
    shape.charge(table, resolver)
    collector = pauses.charge(table, joint.processes, resolver)
    loops = asynchrony.blocking(table, joint.processes, resolver)
    memory.charge_resident(table, joint.processes, resolver)
    engines = {"cpu": joint.engine, "gc": "gc.callbacks", "resident": "/proc", "async": "asyncio.Handle"}
    held = memory.Memory()
    if ALLOCATIONS in plan.passes:
        held = _allocations(runner, table, resolver, samples, left_out, notes)
        engines["memory"] = ", ".join(held.engines) or "resident level of the joint pass"
    if CALLS in plan.passes:
        engines["calls"] = _calls(runner, table, joint, resolver, left_out, loops_ran=loops.ran)
    if ASYNC in plan.passes and loops.ran:
        result = runner.run(ASYNC)
        result.engine = "asyncio.Handle"
        asynchrony.waits(loops, result.processes, resolver)
        loops.concurrency = concurrency.find(result.processes, resolver)
    first = runner.results[0]
    peak = held.peak_bytes or float(first.rss_peak)
    notes += starts.notes(joint.processes, samples, table.cpu_s) + accounts.notes(joint) + _notes(runner.results, loops)
    return Profile(
        command=plan.command,
        executed=plan.executed,
        source_root=str(plan.source_root),
        python=python,
        taken=taken,
        exit_code=exit_status(first.exit_code),
        signal=_signal_name(first.exit_code),
        passes=runner.results,
        table=table,
        collector=collector,
        loops=loops,
        memory=held,
        interactions=interactions.find(
            interactions.Evidence(table, collector, loops, joint.wall_s, peak, resolver.definition)
        ),
        versions=resolver.versions,
        quick=BARE not in plan.passes and ALLOCATIONS not in plan.passes,
        left_out=left_out,
        notes=notes,
        engines=engines,
        samples=samples,
    )


def _allocations(
    runner: Runner, table: Any, resolver: Resolver, samples: list[Any], left_out: list[str], notes: list[str]
) -> memory.Memory:
    """The allocation pass; left out, and said so, where nothing is held, or only a slow engine is there."""
    plan = runner.plan
    cpu_s = runner.results[0].cpu_s
    lent = str(plan.lent) if plan.lent is not None and not _has_memray() else ""
    slow = plan.memory_engine == "tracemalloc" or not (lent or _has_memray())
    held = memory.held_by_project(table)
    if held < NOTHING_HELD and cpu_s > SHORT_S and not plan.chosen:
        left_out.append(
            f"{ALLOCATIONS} (resident memory rose by {held / MIB:.1f} MiB under the project's functions, and less than "
            "2 MiB is no target: ask for it by --passes joint,allocations)"
        )
        return memory.Memory()
    if slow and cpu_s > SLOW_ENGINE_LIMIT_S and not plan.chosen:
        left_out.append(f"{ALLOCATIONS} (the command takes {cpu_s:.0f} s and {ONLY_SLOW})")
        return memory.Memory()
    budget_s = 0.0 if plan.chosen else max(TRACING_S, TRACING * cpu_s)
    result = runner.run(
        ALLOCATIONS, engine=plan.memory_engine, frames=plan.frames, lent=lent, budget_s=budget_s if slow else 0.0
    )
    found = [
        allocations
        for process in result.processes
        for allocations in (memray_files.read(process, lent) or memory.traced(process),)
        if allocations is not None
    ]
    if any(allocations.partial for allocations in found):
        result.engine = "tracemalloc, stopped for its cost"
        left_out.append(
            f"{ALLOCATIONS} (memory peaked after tracing was stopped at {budget_s:.0f} CPU s, and {ONLY_SLOW})"
        )
        return memory.Memory()
    charged = memory.charge(table, found, resolver, samples)
    result.engine = ", ".join(charged.engines) or "none"
    if lent and any(allocations.engine == "memray" for allocations in found):
        result.engine += f" from {plan.lent}"
    if any(allocations.stopped for allocations in found):
        notes.append("tracing was stopped for its cost after the peak: what is alive at the end is not known")
    return charged


def _calls(
    runner: Runner, table: Table, joint: PassResult, resolver: Resolver, left_out: list[str], *, loops_ran: bool
) -> str:
    """The pass that counts calls, the last one that can be done without: what time is left bounds it.

    Returns:
        The engine that counted.
    """
    until = 0.0
    if not runner.plan.chosen and BARE in runner.plan.passes:
        own_s = time.process_time() + REST_S
        spent = [*runner.results, PassResult("profiler", "none", 0, own_s, own_s, 0)]
        room_s = counting_room(spent, loops_ran=loops_ran, to_the_end=_counts_to_the_end(joint))
        if room_s is None:
            left_out.append(
                f"{CALLS} ({WHAT[CALLS]}: the other passes took most of {BUDGET:g} times the command's own time; ask for "
                "it by --passes joint,calls)"
            )
            return "none"
        until = time.time() + room_s
    result = runner.run(CALLS, suspects=calls.suspects(table, joint.processes, resolver), until=until)
    result.engine = calls.charge(table, result.processes, resolver) or "none"
    if any(row.calls_at_least for row in table.rows.values()):
        result.engine += ", ended for its cost"
    table.instances = instances.find(result.processes, resolver)
    return result.engine


def counting_room(results: list[PassResult], *, loops_ran: bool, to_the_end: bool = False) -> float | None:
    """Seconds for which calls may be counted, so that all passes cost no more than `BUDGET`; None for not at all.

    Where counting goes `to_the_end` once begun, there must be room for all of it.
    """
    bare = results[0]
    left = min(
        max(BUDGET, ENOUGH_S / own) - sum(spent) / own
        # Processes at the same time take more CPU time than the clock's; a command that waits takes less.
        for own, spent in (
            (bare.wall_s, [result.wall_s for result in results]),
            (bare.cpu_s, [result.cpu_s for result in results]),
        )
        if own
    )
    left -= ASYNC_COST if loops_ran else 0.0
    return None if left < (TO_THE_END if to_the_end else CALLS_NEED) else (left - 1) / SLOWED * bare.wall_s


def _counts_to_the_end(joint: PassResult) -> bool:
    """Whether counting, once begun, cannot be ended: other threads are out of its reach without `sys.monitoring`."""
    return any(
        process.rows.get("threads") and tuple(map(int, process.about["version"].split(".")[:2])) < MONITORED
        for process in joint.processes
    )


def _has_memray() -> bool:
    return importlib.util.find_spec("memray") is not None


def _unseen(joint: PassResult) -> str:
    if joint.problems:
        return f"no process could be observed: {joint.problems[0]}; report this with the command"
    if joint.pythons:
        return (
            "Python ran but could not be observed: it was started with -I, -E or -S, without our PYTHONPATH, or is "
            "older than 3.9; profile a command that starts Python without these"
        )
    return "the command never started Python; profile a command that does, such as `-- python script.py`"


def _notes(results: list[PassResult], loops: asynchrony.Asynchrony) -> list[str]:
    first, notes = results[0], []
    notes += [
        f"the {result.name} pass ended with exit code {exit_status(result.exit_code)}, the first run with "
        f"{exit_status(first.exit_code)}: the command may not be repeatable (try --quick)"
        for result in results[1:]
        if result.exit_code != first.exit_code
    ]
    joint = next(result for result in results if result.name == JOINT)
    seen = {process.about["pid"] for process in joint.processes}
    unseen = [line or f"process {pid}" for pid, line in sorted(joint.pythons.items()) if pid not in seen]
    if unseen:
        notes.append(_not_seen(unseen))
    killed = sum(process.ended in ("periodic", "never wrote") for process in joint.processes)
    if killed:
        notes.append(f"{killed} process(es) were killed or replaced; up to their last second is missing")
    if loops.other_loops:
        notes.append(
            f"{', '.join(sorted(loops.other_loops))} was loaded: what blocks its event loop was not observed, only "
            "asyncio's own loop is; CPU, memory and pauses are complete"
        )
    if sys.version_info >= OWN_SAMPLER:
        notes.append(
            "CPU is by our own sampler: the interpreter's profiling.sampling needs leave to read the process's memory "
            "from outside, and counts samples where ours reads CPU clocks"
        )
    if any(result.problems for result in results):
        notes.append("some processes could not be observed: " + next(r.problems[0] for r in results if r.problems))
    return notes


def _not_seen(unseen: list[str]) -> str:
    """The note that names the Python processes that left nothing."""
    lines = list(dict.fromkeys(unseen))
    named = "; ".join(lines[:MOST_NAMED]) + (f"; and {len(lines) - MOST_NAMED} more" if len(lines) > MOST_NAMED else "")
    return (
        f"{len(unseen)} Python process(es) could not be observed, because of -I, -E or -S, an environment without our "
        f"PYTHONPATH, or a Python older than 3.9: {named}"
    )


def exit_status(code: int) -> int:
    """An exit code as the shell gives it: 128 plus the signal's number for a negative one."""
    return SIGNALLED - code if code < 0 else code


def _signal_name(code: int) -> str | None:
    if code >= 0:
        return None
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
