"""A profile that another tool took elsewhere, as the table of targets of this project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.language import Answer
from codeflash_python.evidence import reading, table
from codeflash_python.evidence.locate import Locator

if TYPE_CHECKING:
    from codeflash_agent.language import Inquiry
    from codeflash_python.evidence.model import Measure, Recording

MARK = "evidence taken elsewhere: it says where to look; it is no baseline, and no experiment opens on it"
SHOWN, FEW = 15, 6


def answer(inquiry: Inquiry) -> Answer:
    """Read the file, and lay it onto the source."""
    file = Path(inquiry.options["from"])
    name, recording = reading.read(inquiry, file, inquiry.options.get("format"))
    locator = Locator(inquiry)
    rows = table.functions(recording, locator)
    notes = list(recording.notes)
    lost = [row for row in rows if not row["in_source"]]
    if lost:
        notes.append(
            f"{len(lost)} function(s) are not in the source here, e.g. {lost[0]['function']}: other code was profiled"
        )
    if not rows:
        notes.append(f"nothing in it is below {inquiry.setup.source_root}: is it this project's profile?")
    document: dict[str, Any] = {
        "schema_version": 1,
        "kind": "evidence",
        "baseline": False,
        "from": str(file),
        "format": name,
        "tool": recording.tool,
        "source_root": str(locator.root),
        "time": _measure(recording.time),
        "memory": _measure(recording.memory),
        "allocated": _measure(recording.allocated),
        "functions": rows,
        "targets": table.targets(rows, recording),
        "notes": notes,
    }
    return Answer(_lines(document, recording), document, found=not rows)


def _measure(measure: Measure | None) -> dict[str, Any] | None:
    return None if measure is None else {"what": measure.what, "unit": measure.unit, "total": table.total(measure)}


def _lines(document: dict[str, Any], recording: Recording) -> list[str]:
    lines = [f"[evidence] {document['from']}: {recording.tool}, format {document['format']}", f"  {MARK}"]
    for measure in (recording.time, recording.memory, recording.allocated):
        if measure is not None:
            amount = table.total(measure)
            shown = f"{amount / table.MIB:.1f} MiB" if measure.unit == "bytes" else f"{amount:.2f} {measure.unit}"
            lines.append(f"  {measure.what}: {shown}")
    lines += [f"  note: {note}" for note in document["notes"]]
    hot = [row for row in document["functions"] if (row["cpu_cum_percent"] or row["cpu_own_percent"] or 0.0) >= 1.0]
    if hot:
        lines += ["", "[functions] own = self + library calls", "    cum %   own %  self %"]
        lines += [
            f"  {_figure(row['cpu_cum_percent']):>7} {_figure(row['cpu_own_percent']):>7} {_figure(row['cpu_self_percent']):>7}"
            f"  {row['function']}  {row['file']}:{row['line']}"
            for row in hot[:SHOWN]
        ]
    kept = sorted((row for row in document["functions"] if row["mem_peak_mib"]), key=lambda row: -row["mem_peak_mib"])
    if kept:
        lines += ["", "[top allocators]"]
        lines += [
            f"  {row['mem_peak_mib']:8.1f} MiB  {row['function']}  {row['file']}:{row['line']}" for row in kept[:FEW]
        ]
    lines += [
        "",
        "[unified targets] by evidence taken elsewhere",
        "| Function | file:line | CPU % | Mem MiB | GC | Async | Domains | Priority |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {row['function']} | {row['file']}:{row['line']} | {_figure(row['cpu_percent'])} | {_figure(row['mem_mib'])} "
        f"| - | - | {'+'.join(row['domains'])} | {row['score']:.1f} |"
        for row in document["targets"][:SHOWN]
    ]
    if not document["targets"]:
        lines.append("none: nothing of the project is above 1 % of the time or 2 MiB")
    elif len(document["targets"]) > SHOWN:
        lines.append(f"  and {len(document['targets']) - SHOWN} more (--json has all)")
    return [*lines, f"  {table.RULE}"]


def _figure(number: float | None) -> str:
    return "-" if number is None else f"{number:.1f}"
