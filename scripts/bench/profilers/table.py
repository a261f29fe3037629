"""Raw figures in, Markdown out."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from bench.profilers import workloads
from bench.profilers.tools import TOOLS, Ours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.profilers.measure import Record

LONG = 20  # repeats from which a run counts as a long one, of three to five seconds


def render(records: list[Record]) -> str:
    """All tables that the records have something for."""
    parts = (_joint(records), _tools(records), _children(records), _memory(records), _suites(records), _start(records))
    return "\n\n".join(part for part in parts if part)


def _joint(records: list[Record]) -> str:
    """Ours on long runs: what the joint pass costs, and how right it is."""
    rows = []
    long = _of(records, kind="accuracy", tool=Ours.name, least=LONG) + _of(
        records, kind="suite", tool=Ours.name, least=2
    )
    for python in sorted({record["python"] for record in long}, key=_version):
        for name in _names(long):
            found = [record for record in long if (record["workload"], record["python"]) == (name, python)]
            whole = (
                _of(records, tool="codeflash", workload=name, python=python, least=found[0]["repeats"]) if found else []
            )
            if not found:
                continue
            errors = [abs(error) for record in found for error in record.get("same", ())]
            rows.append(
                [
                    python,
                    name,
                    f"{statistics.median(record['bare_s'] for record in found):.1f} s",
                    str(len(found)),
                    _spread([record["joint"] for record in found]),
                    _spread([record["ratio"] for record in found]),
                    f"{statistics.median(errors):.2f}" if errors else "-",
                    f"{max(errors):.2f}" if errors else "-",
                    f"{sum(r['right_same'] for r in found)}/{len(found)}" if errors else "-",
                    _spread([record["ratio"] for record in whole]) if whole else "-",
                ]
            )
    head = [
        "CPython",
        "workload",
        "bare",
        "rounds",
        "joint pass",
        "`--quick`",
        "error, median",
        "worst",
        "ranking",
        "all passes",
    ]
    return _markdown("Ours on long runs, beside the bare run of the same round", head, rows)


def _tools(records: list[Record]) -> str:
    """Every tool on the workloads of known truth."""
    short = [record for record in records if record["kind"] == "accuracy" and record["repeats"] < LONG]
    names = _names(short)
    rows = []
    for tool in _tool_names(short):
        cells = []
        for name in names:
            found = _of(short, tool=tool, workload=name)
            cells.append(_cell(found) if found else "-")
        rows.append([tool, _counts(_of(short, tool=tool)), *cells])
    return _markdown("CPU time against bare / worst error in points (runs with the right ranking, where not all)",
                     ["tool", "rounds", *names], rows)  # fmt: skip


def _cell(found: list[Record]) -> str:
    if any("failed" in record for record in found):
        return "failed"
    ratio = f"{statistics.median(record['ratio'] for record in found):.2f}"
    judged = [record for record in found if record.get("bare")]
    if not judged:
        return ratio
    # The median over rounds: where the truth is another run's, a single one may be off by what the machine does.
    worst = statistics.median(max(map(abs, record["bare"])) for record in judged)
    right = sum(record["right_bare"] for record in judged)
    return f"{ratio} / {worst:.1f}" + (f" ({right}/{len(judged)})" if right < len(judged) else "")


def _children(records: list[Record]) -> str:
    """The share of the children's CPU time that each tool saw."""
    found = [record for record in records if record["kind"] == "children"]
    names = _names(found)
    rows = []
    for tool in _tool_names(found):
        cells = []
        for name in names:
            seen = _of(found, tool=tool, workload=name)
            covered = [min(1.0, record["coverage"]) for record in seen if "coverage" in record]
            failed = any("failed" in record for record in seen)
            cells.append("failed" if failed else f"{100 * statistics.median(covered):.1f}" if covered else "-")
        rows.append([tool, *cells])
    return _markdown("Children: percent of their CPU time that was seen", ["tool", *names], rows)


def _memory(records: list[Record]) -> str:
    """What each tool says of a program of known sizes."""
    found = [record for record in records if record["kind"] == "memory"]
    rows = []
    for tool in _tool_names(found):
        seen = _of(found, tool=tool)
        sized = [record["sizes"] for record in seen if "sizes" in record]
        if not sized:
            rows.append([tool, *["failed"] * (len(workloads.SIZES) + 1), f"{seen[0]['ratio']:.2f}"])
            continue
        cells = {name: statistics.median(sizes[name] for sizes in sized) for name in workloads.SIZES}
        worst = max(abs(cells[name] - true) for name, true in workloads.SIZES.items())
        shown = [f"{cells[name]:.1f}" for name in workloads.SIZES]
        rows.append([tool, *shown, f"{worst:.1f}", f"{statistics.median(record['ratio'] for record in seen):.2f}"])
    rows.append(["truth", *(f"{true:.1f}" for true in workloads.SIZES.values()), "-", "1.00"])
    head = ["tool", *workloads.SIZES, "worst error", "CPU time"]
    return _markdown("Memory: MiB at the peak of a program of known sizes", head, rows if found else [])


def _suites(records: list[Record]) -> str:
    """What published test suites cost under each tool."""
    found = [record for record in records if record["kind"] == "suite" and record["repeats"] == 1]
    names = _names(found)
    rows = [
        [
            tool,
            *(
                _cell(_of(found, tool=tool, workload=name)) if _of(found, tool=tool, workload=name) else "-"
                for name in names
            ),
        ]
        for tool in _tool_names(found)
    ]
    bare = [f"{statistics.median(record['bare_s'] for record in _of(found, workload=name)):.1f} s" for name in names]
    return _markdown(
        "Published test suites: CPU time against bare", ["tool", *names], [["bare", *bare], *rows] if rows else []
    )


def _start(records: list[Record]) -> str:
    found = [record for record in records if record["kind"] == "start"]
    return "\n".join(
        f"Start-up on {r['python']}: {r['added_ms']:.1f} ms added to a process that does nothing." for r in found
    )


def _of(
    records: Iterable[Record],
    *,
    kind: str = "",
    tool: str = "",
    workload: str = "",
    python: str = "",
    least: int = 0,
) -> list[Record]:
    """The measured records that match; those that failed are among them."""
    wanted = {"kind": kind, "tool": tool, "workload": workload, "python": python}
    return [
        record
        for record in records
        if all(not value or record.get(key) == value for key, value in wanted.items())
        and record.get("repeats", 0) >= least
    ]


def _names(records: list[Record]) -> list[str]:
    return list(dict.fromkeys(record["workload"] for record in records))


def _tool_names(records: list[Record]) -> list[str]:
    used = {record["tool"] for record in records}
    return [name for name in TOOLS if name in used]


def _counts(records: list[Record]) -> str:
    return str(len({record["round"] for record in records}))


def _spread(values: list[float]) -> str:
    middle = f"{statistics.median(values):.3f}"
    return f"{middle} ({min(values):.2f}-{max(values):.2f})" if len(values) > 1 else middle


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def _markdown(title: str, head: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
    return "\n".join([f"### {title}", "", *lines])
