"""The profile as one JSON document, the form in which it is stored, compared and rendered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from profiler.analyse import accounts
from profiler.analyse import targets as ranking
from profiler.analyse.model import MIB

if TYPE_CHECKING:
    from profiler.analyse.asynchrony import Asynchrony
    from profiler.analyse.concurrency import Concurrency
    from profiler.analyse.identity import Function
    from profiler.analyse.interactions import Interaction
    from profiler.analyse.memory import Memory
    from profiler.analyse.model import PassResult, Row, Sample, Table
    from profiler.analyse.pauses import Collector

SCHEMA_VERSION = 1
DISTRIBUTION_WORTH = 0.001
LINES_SHOWN = 5
BLOCKS_KEPT = 20  # stacks that held a loop
PLACE_WORTH = 0.5  # percent of the CPU time


@dataclass
class Profile:
    """All that was found out, before it becomes a document."""

    command: list[str]
    executed: list[str]
    source_root: str
    python: str
    taken: str
    exit_code: int
    signal: str | None
    passes: list[PassResult]
    table: Table
    collector: Collector
    loops: Asynchrony
    memory: Memory
    interactions: list[Interaction]
    versions: dict[str, str]
    quick: bool
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    engines: dict[str, str] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)

    @property
    def joint(self) -> PassResult:
        """The pass that timings of functions come from."""
        return next(result for result in self.passes if result.name == "joint")

    @property
    def reference(self) -> PassResult:
        """The bare run, or the joint one where there is none."""
        return self.passes[0]


def build(profile: Profile) -> dict[str, Any]:
    """The document; `plugin/languages/python/references/profile.schema.json` describes it."""
    table, reference = profile.table, profile.reference
    wall = profile.joint.wall_s
    peak = profile.memory.peak_bytes or float(reference.rss_peak)
    ranked = ranking.rank(table, wall_s=wall, peak_bytes=peak)
    return {
        "schema_version": SCHEMA_VERSION,
        "command": profile.command,
        "executed": profile.executed,
        "source_root": profile.source_root,
        "python": profile.python,
        "taken": profile.taken,
        "exit_code": profile.exit_code,
        "signal": profile.signal,
        "failed": profile.exit_code != 0,
        "quick": profile.quick,
        "wall_s": reference.wall_s,
        "cpu_s": reference.cpu_s,
        "totals": _totals(profile),
        "engines": profile.engines,
        "passes": [_pass(result, reference) for result in profile.passes],
        "functions": [_function(row, profile) for row in _sorted(table)],
        "targets": [_target(target) for target in ranked],
        "interactions": [_interaction(interaction) for interaction in profile.interactions],
        "distributions": _distributions(profile),
        "collector": {
            "collections": profile.collector.counts,
            "seconds": profile.collector.seconds,
            "longest_ms": profile.collector.longest_s * 1000,
        },
        "asyncio": _asyncio(profile),
        "concurrency": [_concurrency(entry) for entry in profile.loops.concurrency],
        "instances": [
            {
                "file": entry.file,
                "line": entry.line,
                "class": entry.name,
                "count": int(entry.count),
                "dict_mib": entry.dict_bytes / MIB,
                "mib": entry.total_bytes / MIB,
                "has_dict": entry.has_dict,
                "has_slots": entry.has_slots,
            }
            for entry in table.instances
        ],
        "allocations": _allocations(profile),
        "processes": _processes(profile),
        "left_out": profile.left_out,
        "notes": profile.notes,
        "delta": None,
    }


def _sorted(table: Table) -> list[Row]:
    return sorted(table.rows.values(), key=lambda row: (-row.cum_s, -row.own_s, row.function))


def _share(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


def _mib(size: float | None) -> float | None:
    return None if size is None else size / MIB


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _name(function: Function) -> dict[str, Any]:
    return {"file": function.file, "line": function.line, "function": function.name}


def _totals(profile: Profile) -> dict[str, Any]:
    table = profile.table
    samples = sum(process.sums.get("samples", 0) for process in profile.joint.processes)
    handler = sum(process.sums.get("handler_cpu", 0.0) for process in profile.joint.processes)
    return {
        "wall_s": profile.reference.wall_s,
        "cpu_s": profile.reference.cpu_s,
        "sampled_cpu_s": table.cpu_s,
        "samples": int(samples),
        "sampling_cpu_s": handler,
        "unrecorded_cpu_s": accounts.unrecorded(profile.joint),
        # Half the width of a 95 % interval of a share of one half: the worst case of sampling error.
        "share_error_percent": 100 * 0.98 / samples**0.5 if samples else None,
        "rss_peak_mib": profile.reference.rss_peak / MIB,
        "gc_s": profile.collector.total_s,
        "gc_percent": _share(profile.collector.total_s, table.cpu_s),
        "mem_peak_mib": profile.memory.peak_bytes / MIB if profile.memory.engines else None,
        "mem_net_mib": _mib(profile.memory.net_bytes) if profile.memory.engines else None,
        "blocked_ms": 1000 * sum(callback.held_s for callback in profile.loops.callbacks),
        "import_s": table.import_s,
    }


def _pass(result: PassResult, reference: PassResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "engine": result.engine,
        "wall_s": result.wall_s,
        "cpu_s": result.cpu_s,
        "cost": result.wall_s / reference.wall_s if reference.wall_s else None,
        "exit_code": result.exit_code,
        "rss_peak_mib": result.rss_peak / MIB,
        "processes": len(result.processes),
    }


def _function(row: Row, profile: Profile) -> dict[str, Any]:
    cpu = profile.table.cpu_s
    return {
        **_name(row.function),
        "cpu_self_percent": _share(row.self_s, cpu),
        "cpu_own_percent": _share(row.own_s, cpu),
        "cpu_cum_percent": _share(row.cum_s, cpu),
        "cpu_places": [
            {"first": first, "last": last, "percent": _share(seconds, cpu)}
            for (first, last), seconds in sorted(row.cpu_places.items(), key=lambda pair: -pair[1])[:LINES_SHOWN]
            if _share(seconds, cpu) >= PLACE_WORTH
        ],
        "calls": row.calls,
        "calls_are_resumes": row.calls_are_resumes,
        "calls_at_least": row.calls_at_least,
        "argument_calls": row.argument_calls,
        "distinct_arguments": row.distinct_arguments,
        "mem_peak_mib": _mib(row.peak),
        "mem_net_mib": _mib(row.net),
        "mem_peak_blocks": _whole(row.peak_blocks),
        "mem_net_blocks": _whole(row.net_blocks),
        "mem_hidden_mib": row.hidden / MIB,
        "mem_lines": [
            {"line": line, "mib": size / MIB}
            for line, size in sorted(row.lines.items(), key=lambda pair: -pair[1])[:LINES_SHOWN]
            if size >= MIB / 100
        ],
        "resident_peak_mib": row.resident / MIB,
        "gc_s": row.pauses_s,
        "gc_apportioned_s": row.apportioned_s,
        "gc_collections": int(row.collections),
        "blocked_ms": row.blocked_s * 1000,
        "blocked_cpu_ms": row.blocked_cpu_s * 1000,
        "longest_block_ms": row.longest_block_s * 1000,
        "callees": [
            {"file": file, "function": name, "cpu_percent": _share(seconds, cpu)}
            for (file, name), seconds in sorted(row.entries.items(), key=lambda pair: -pair[1])[:LINES_SHOWN]
            if _share(seconds, cpu) >= 0.5
        ],
    }


def _target(target: ranking.Target) -> dict[str, Any]:
    row = target.row
    return {
        **_name(row.function),
        "cpu_percent": 100 * target.cpu,
        "mem_mib": (row.peak if row.peak is not None else row.resident) / MIB,
        "gc_percent": 100 * target.pauses,
        "blocked_ms": row.blocked_s * 1000,
        "domains": list(target.domains),
        "score": target.score,
    }


def _interaction(interaction: Interaction) -> dict[str, Any]:
    return {
        "kind": interaction.kind,
        "functions": [_name(function) for function in interaction.functions],
        "evidence": interaction.evidence,
        "text": interaction.text,
        "fix": interaction.fix,
    }


def _distributions(profile: Profile) -> list[dict[str, Any]]:
    table = profile.table
    names = {*table.below, *table.inside, *table.outside}
    rows = [
        {
            "name": name,
            "version": profile.versions.get(name) or None,
            "percent": _share(table.below.get(name, 0.0), table.cpu_s),
            "self_percent": _share(table.inside.get(name, 0.0), table.cpu_s),
            "outside_percent": _share(table.outside.get(name, 0.0), table.cpu_s),
        }
        for name in names
        if max(table.below.get(name, 0.0), table.inside.get(name, 0.0), table.outside.get(name, 0.0))
        >= DISTRIBUTION_WORTH * table.cpu_s
    ]
    return sorted(rows, key=lambda row: (-row["percent"], -row["self_percent"], row["name"]))


def _asyncio(profile: Profile) -> dict[str, Any] | None:
    loops = profile.loops
    if not loops.ran:
        return None
    return {
        "steps": loops.steps,
        "busy_s": loops.busy_s,
        "uvloop": loops.uvloop,
        "callbacks": [
            {
                **_name(callback.function),
                "blocks": callback.blocks,
                "held_ms": callback.held_s * 1000,
                "longest_ms": callback.longest_s * 1000,
            }
            for callback in loops.callbacks
        ],
        "blocks": [
            {
                "stack": [_name(function) for function in block.stack],
                "blocks": int(block.blocks),
                "held_ms": block.held_s * 1000,
                "cpu_ms": block.cpu_s * 1000,
                "queued_ms": block.queued_s * 1000,
                "longest_ms": block.longest_s * 1000,
            }
            for block in loops.blocks[:BLOCKS_KEPT]
        ],
        "waits": [
            {
                "chain": [{**_name(function), "at": line} for function, line in wait.chain],
                "waits": wait.waits,
                "waited_s": wait.seconds,
                "longest_ms": wait.longest_s * 1000,
            }
            for wait in loops.waits
        ],
        "tasks": [
            {**_name(function), "steps": int(steps), "working_s": working, "waiting_s": waiting}
            for function, (steps, working, waiting) in sorted(loops.tasks.items(), key=lambda pair: -pair[1][2])
        ],
    }


def _concurrency(entry: Concurrency) -> dict[str, Any]:
    line = entry.line
    return {
        **_name(entry.function),
        "samples": [[tasks, size / MIB] for tasks, size in entry.samples],
        "base_mib": entry.base / MIB,
        "most_tasks": entry.most,
        "tasks_at_peak": entry.at_peak,
        "fit": None if line is None else {"mib_per_task": line.bytes_per_task / MIB, "r2": line.r2},
    }


def _allocations(profile: Profile) -> dict[str, Any] | None:
    memory = profile.memory
    if not memory.engines:
        return None
    return {
        "engine": ", ".join(memory.engines),
        "peak_mib": memory.peak_bytes / MIB,
        "net_mib": _mib(memory.net_bytes),
        "hidden_mib": memory.hidden_bytes / MIB,
        "outside_project_mib": memory.unattributed / MIB,
        "allocated_blocks": memory.allocated,
    }


def _processes(profile: Profile) -> list[dict[str, Any]]:
    ends = accounts.ends(profile.joint)
    return [
        {
            "pid": process.about["pid"],
            "parent": process.about["parent"],
            "origin": process.about["origin"],
            "python": process.about["version"],
            "argv": process.argv,
            "wall_s": process.wall_s,
            "cpu_s": process.cpu_s,
            "ending_cpu_s": ends.get(process.about["pid"], 0.0),
            "children_cpu_s": process.children_cpu_s,
            "sampled_cpu_s": sum(
                row[2] for name in ("stacks", "threads", "collections") for row in process.rows.get(name, ())
            ),
            "sampling_cpu_s": process.sums.get("handler_cpu", 0.0),
            "clock": process.about["clock"],
            "ended": process.ended,
        }
        for process in profile.joint.processes
    ]
