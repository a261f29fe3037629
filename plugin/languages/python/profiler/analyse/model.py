"""The values that analysis works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from profiler.analyse.identity import Function
    from profiler.analyse.instances import Instances

MIB = 1024 * 1024


@dataclass
class Sample:
    """CPU and wall seconds of one stack, innermost first, added up over the run; `pause_s` is the collector's part."""

    stack: tuple[Function, ...]
    cpu_s: float
    wall_s: float = 0.0
    pause_s: float = 0.0


@dataclass
class Row:
    """Everything known of one of the project's own functions. Seconds are CPU seconds unless the name says otherwise.

    Attributes:
        self_s: its own bytecode and the C functions it called.
        own_s: self and everything that is not the project's beneath it.
        cum_s: everything beneath it; recursion counts once.
        edges: project function called by it → seconds of it spent there.
        entries: what it called outside the project, `(file, name)` → seconds.
        distributions: distribution → seconds under its own time.
        pauses_s: seconds of collections that its own time set off.
        apportioned_s: its part of all pauses, by the young collections that it set off.
        blocked_s: wall seconds for which its own time held the event loop in blocks.
        blocked_cpu_s: CPU seconds of these; blocked_queued_s: seconds of these in the queue for a processor.
        blocked_entries: what it called outside the project meanwhile, `(file, name)` → wall seconds.
        cpu_places: first and last line of a loop, or one line outside of loops → CPU seconds of own time in it. Not
            the very line: the interpreter heeds the clock where it jumps back, calls or is called.
        calls: None where they were not counted; `calls_are_resumes`: they count resumptions too.
        argument_calls: calls of which the arguments were looked at, None where there are none or none was looked at.
        distinct_arguments: how many different ones they had, added up over the processes.
        import_s, deepcopy_s: own time spent importing, and in `copy.deepcopy`.
        operations, loops: how many operations its source spells out, and whether there is a loop in it; 0 where it
            cannot be read.
    """

    function: Function
    self_s: float = 0.0
    own_s: float = 0.0
    cum_s: float = 0.0
    edges: dict[Function, float] = field(default_factory=dict)
    entries: dict[tuple[str, str], float] = field(default_factory=dict)
    distributions: dict[str, float] = field(default_factory=dict)
    cpu_places: dict[tuple[int, int], float] = field(default_factory=dict)
    import_s: float = 0.0
    deepcopy_s: float = 0.0
    pauses_s: float = 0.0
    apportioned_s: float = 0.0
    collections: int = 0
    full_collections: int = 0
    blocked_s: float = 0.0
    blocked_cpu_s: float = 0.0
    blocked_queued_s: float = 0.0
    blocks: float = 0.0
    longest_block_s: float = 0.0
    blocked_entries: dict[tuple[str, str], float] = field(default_factory=dict)
    operations: int = 0
    loops: bool = False
    calls: int | None = None
    calls_are_resumes: bool = False
    calls_at_least: bool = False  # counting ended before the program did
    argument_calls: int | None = None
    distinct_arguments: int | None = None
    sizes: dict[str, tuple[str, int]] = field(default_factory=dict)  # variable -> type and largest number of items
    peak: float | None = None  # bytes live at the peak
    net: float | None = None  # bytes alive at the end
    peak_blocks: float | None = None  # blocks that the engine counted at the peak; hidden memory has none
    net_blocks: float | None = None  # and at the end
    hidden: float = 0.0  # of these, bytes that no allocator hook saw, by resident memory
    lines: dict[int, float] = field(default_factory=dict)  # line -> bytes at the peak
    resident: float = 0.0  # bytes of the resident peak, by water level


@dataclass
class Table:
    """The project's functions, and the totals that shares are taken of."""

    rows: dict[Function, Row] = field(default_factory=dict)
    paths: dict[tuple[Function, ...], float] = field(default_factory=dict)  # own functions, innermost first -> seconds
    scripts: set[str] = field(default_factory=set)  # the project's files that were run, not imported
    cpu_s: float = 0.0  # all that was sampled, the collector included
    pause_cpu_s: float = 0.0
    import_s: float = 0.0
    import_by: dict[tuple[str, str], float] = field(default_factory=dict)  # distribution whose import it is -> seconds
    below: dict[str, float] = field(default_factory=dict)  # distribution -> seconds under project functions
    inside: dict[str, float] = field(default_factory=dict)  # distribution -> seconds in its own code
    outside: dict[str, float] = field(default_factory=dict)  # distribution -> seconds with no project function around
    instances: list[Instances] = field(default_factory=list)  # the project's classes, by memory

    def row(self, function: Function) -> Row:
        """The row of `function`, made when it is not there."""
        row = self.rows.get(function)
        if row is None:
            row = self.rows[function] = Row(function)
        return row


@dataclass
class PassResult:
    """One run of the command under one pass."""

    name: str
    engine: str
    exit_code: int
    wall_s: float
    cpu_s: float
    rss_peak: int
    processes: list[Any] = field(default_factory=list)  # storage.shards.Process
    pythons: dict[int, str] = field(default_factory=dict)  # process id -> command line
    others: dict[int, str] = field(default_factory=dict)  # process id -> name of a program that is not Python
    others_s: float = 0.0  # for how long such programs were seen
    problems: list[str] = field(default_factory=list)
