"""asyncio: who held the event loop, and where tasks waited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from profiler.analyse.concurrency import Concurrency
    from profiler.analyse.identity import Function, Resolver
    from profiler.analyse.model import Table
    from profiler.storage.shards import Process


@dataclass
class Callback:
    """A coroutine (or plain callback) that held the loop in blocks of 1 ms or more."""

    function: Function
    blocks: int = 0
    held_s: float = 0.0
    longest_s: float = 0.0


@dataclass
class Block:
    """What held the loop beneath one callback: `stack` from the callback inwards."""

    stack: tuple[Function, ...]
    blocks: int = 0
    held_s: float = 0.0
    cpu_s: float = 0.0
    queued_s: float = 0.0  # ready to run, while others had the processor
    longest_s: float = 0.0


@dataclass
class Wait:
    """A line where tasks waited: `chain` from the task's coroutine to the innermost one, each with its line."""

    chain: tuple[tuple[Function, int], ...]
    waits: int
    seconds: float
    longest_s: float


@dataclass
class Asynchrony:
    """The event loops of the tree."""

    ran: bool = False
    steps: int = 0
    busy_s: float = 0.0  # seconds in callbacks
    callbacks: list[Callback] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    tasks: dict[Function, list[float]] = field(default_factory=dict)  # coroutine -> steps, working s, waiting s
    uvloop: bool = False
    other_loops: set[str] = field(default_factory=set)  # packages with loops of their own that were loaded
    concurrency: list[Concurrency] = field(default_factory=list)


def blocking(table: Table, processes: list[Process], resolver: Resolver) -> Asynchrony:
    """Fill in each row's blocking, from the joint pass."""
    found = Asynchrony()
    callbacks: dict[Function, Callback] = {}
    stacks: dict[tuple[Function, ...], Block] = {}
    for process in processes:
        found.other_loops.update(process.latest.get("other_loops", ()))
        if "loop.steps.0" not in process.sums:
            continue
        found.ran = found.ran or process.sums["loop.steps.0"] > 0
        found.uvloop = found.uvloop or bool(process.sums.get("loop.uvloop"))
        found.steps += int(process.sums["loop.steps.0"])
        found.busy_s += process.sums["loop.steps.1"]
        for identity, blocks, seconds, longest in process.rows.get("loop.callbacks", ()):
            for function in resolver.stack(process, (identity,)):
                callback = callbacks.setdefault(function, Callback(function))
                callback.blocks += int(blocks)
                callback.held_s += seconds
                callback.longest_s = max(callback.longest_s, longest)
        for callback_code, stack, blocks, wall, cpu, longest, queued in sampled(process.rows.get("loop.blocks", ())):
            # Where nothing of the project's is beneath the loop (asyncio works on its behalf), the callback is meant.
            functions = _within_callback(resolver.stack(process, stack)) + resolver.stack(process, (callback_code,))
            block = stacks.setdefault(_inwards(functions), Block(_inwards(functions)))
            block.blocks += blocks
            block.held_s += wall
            block.cpu_s += cpu
            block.queued_s += min(queued, max(wall - cpu, 0.0))
            block.longest_s = max(block.longest_s, longest)
            own = next((index for index, function in enumerate(functions) if function.own), None)
            if own is not None:
                row = table.row(functions[own])
                if own > 0:
                    entry = (functions[own - 1].file, functions[own - 1].name)
                    row.blocked_entries[entry] = row.blocked_entries.get(entry, 0.0) + wall
                row.blocks += blocks
                row.blocked_s += wall
                row.blocked_cpu_s += cpu
                row.blocked_queued_s += min(queued, max(wall - cpu, 0.0))
                row.longest_block_s = max(row.longest_block_s, longest)
    found.blocks = sorted((block for block in stacks.values() if block.stack), key=lambda block: -block.held_s)
    found.callbacks = sorted(callbacks.values(), key=lambda callback: -callback.held_s)
    return found


def sampled(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """`(code, stack, blocks, wall s, cpu s, longest, queued s)`, with the blocks that no sample fell into shared out.

    Such a block did what the sampled ones did that the same callback ended at the same line: its stacks are theirs, in
    proportion to their time. Where there is none it stays with the callback, with an empty stack.
    """
    places: dict[tuple[int, int], list[Sequence[Any]]] = {}
    unseen: dict[tuple[int, int], list[float]] = {}
    for code, line, stack, *figures in rows:
        if stack:
            places.setdefault((code, line), []).append((stack, *figures))
        else:
            row = unseen.setdefault((code, line), [0.0, 0.0, 0.0])
            row[0], row[1], row[2] = row[0] + figures[0], row[1] + figures[1], max(row[2], figures[3])
    for place in {**places, **unseen}:
        code, seen = place[0], places.get(place, [])
        blocks, wall, longest = unseen.get(place, (0.0, 0.0, 0.0))
        total = sum(figures[2] for figures in seen)
        if wall and not total:
            yield code, (), blocks, wall, 0.0, longest, 0.0
        for stack, its_blocks, its_wall, cpu, its_longest, queued in seen:
            part = its_wall / total if total else 0.0
            more = 1 + wall / total if total else 1.0
            yield (
                code,
                stack,
                its_blocks + blocks * part,
                its_wall + wall * part,
                cpu * more,
                its_longest,
                queued * more,
            )


def _inwards(functions: tuple[Function, ...]) -> tuple[Function, ...]:
    """Outermost first, the callback once even where it is on the stack too."""
    inwards = functions[::-1]
    return inwards[1:] if len(inwards) > 1 and inwards[0] == inwards[1] else inwards


def _within_callback(stack: tuple[Function, ...]) -> tuple[Function, ...]:
    """The part of a stack inside the innermost callback of the loop: what is outside runs the loop."""
    for index, function in enumerate(stack):
        if function.name.rpartition(".")[2] == "_run" and function.file.endswith("asyncio/events.py"):
            return stack[:index]
    return stack


def waits(found: Asynchrony, processes: list[Process], resolver: Resolver) -> None:
    """Fill in where tasks waited, from the async pass."""
    sites: dict[Any, Wait] = {}
    for process in processes:
        for chain, count, seconds, longest in process.rows.get("awaits.sites", ()):
            resolved = []
            for identity, line in chain:
                code = process.codes.get(identity)
                function = resolver.function(process, code) if code is not None else None
                if function is not None:
                    resolved.append((function, line))
            if not resolved:
                continue
            wait = sites.setdefault(tuple(resolved), Wait(tuple(resolved), 0, 0.0, 0.0))
            wait.waits += int(count)
            wait.seconds += seconds
            wait.longest_s = max(wait.longest_s, longest)
        for identity, steps, working, waiting in process.rows.get("awaits.tasks", ()):
            for function in resolver.stack(process, (identity,)):
                task = found.tasks.setdefault(function, [0.0, 0.0, 0.0])
                for index, amount in enumerate((steps, working, waiting)):
                    task[index] += amount
    found.waits = sorted(sites.values(), key=lambda wait: -wait.seconds)
