"""The profile as text for a terminal and for a model: top rows only, the rest counted, under 1,500 tokens."""

from __future__ import annotations

import shlex
from typing import Any, NamedTuple

from profiler.render import length

LONGEST = 1450  # tokens, by an estimate that is a little high


class Size(NamedTuple):
    """How many rows each section shows, and how many characters of names, places and sentences."""

    functions: int
    targets: int
    allocators: int
    others: int
    name: int
    place: int
    text: int


SIZES = (
    Size(10, 12, 6, 4, 44, 46, 240),
    Size(8, 10, 5, 3, 36, 36, 200),
    Size(6, 8, 4, 3, 30, 32, 160),
    Size(5, 7, 3, 2, 26, 28, 130),
    Size(4, 6, 2, 2, 22, 24, 110),
    Size(3, 5, 2, 1, 18, 20, 90),
    Size(2, 4, 1, 1, 14, 16, 70),
)
DISTRIBUTION_PERCENT = 15.0
CUMULATIVE_PERCENT = 1.0
HIDDEN_MIB = 0.05
HOT_PLACE = 0.25  # share of a function's own time


def render(document: dict[str, Any]) -> str:
    """The report, in the order in which a reader needs it, in the largest size that is short enough."""
    for size in SIZES:
        report = _render(document, size)
        if length.tokens(report) <= LONGEST:
            break
    return report


def _render(document: dict[str, Any], size: Size) -> str:
    sections = [
        _what_ran(document, size),
        _allocators(document, size),
        _collector(document, size),
        _functions(document, size),
        _asyncio(document, size),
        _distributions(document, size),
        _targets(document, size),
        _interactions(document, size),
        _delta(document, size),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _what_ran(document: dict[str, Any], size: Size) -> list[str]:
    ended = "" if document["exit_code"] == 0 else f"  FAILED: exit code {document['exit_code']}"
    if document["signal"]:
        ended = f"  FAILED: killed by {document['signal']}"
    totals = document["totals"]
    lines = [
        f"[unified profile] {_cut(shlex.join(document['command']), size.text)}{ended}",
        (
            f"wall {totals['wall_s']:.2f} s, CPU {totals['cpu_s']:.2f} s, peak RSS of the tree {totals['rss_peak_mib']:.0f} MiB, "
            f"{len(document['processes'])} Python process(es), Python {document['python']}"
        ),
    ]
    for row in document["passes"]:
        cost = "" if row["cost"] is None else f" ({row['cost']:.2f}x)"
        lines.append(f"  pass {row['name']:<12} {row['wall_s']:7.2f} s{cost:<9} {row['engine']}")
    error = totals["share_error_percent"]
    if error is not None:
        lines.append(
            f"  {totals['samples']} samples, shares within +/-{error:.1f} points, sampling took "
            f"{100 * totals['sampling_cpu_s'] / (totals['sampled_cpu_s'] or 1):.1f} % CPU"
        )
    lines += [f"  left out: {_cut(text, size.text)}" for text in document["left_out"]]
    lines += [f"  note: {_cut(text, size.text)}" for text in document["notes"][: size.others]]
    return lines


def _allocators(document: dict[str, Any], size: Size) -> list[str]:
    allocations = document["allocations"]
    if allocations is None:
        rows = [row for row in document["functions"] if row["resident_peak_mib"] >= HIDDEN_MIB]
        rows.sort(key=lambda row: -row["resident_peak_mib"])
        if not rows:
            return []
        lines = ["[top allocators] by resident level (joint pass; coarse)"]
        lines += [f"  {row['resident_peak_mib']:8.1f} MiB  {_label(row, size)}" for row in rows[: size.allocators]]
        return lines + _rest(len(rows) - size.allocators)
    rows = [row for row in document["functions"] if (row["mem_peak_mib"] or 0) >= HIDDEN_MIB]
    rows.sort(key=lambda row: -row["mem_peak_mib"])
    lines = [f"[top allocators] {allocations['peak_mib']:.1f} MiB at the peak ({allocations['engine']})"]
    for row in rows[: size.allocators]:
        worst = f", line {row['mem_lines'][0]['line']}: {row['mem_lines'][0]['mib']:.1f}" if row["mem_lines"] else ""
        net = "-" if row["mem_net_mib"] is None else f"{row['mem_net_mib']:.1f}"
        blocks = f" in {row['mem_peak_blocks']} blocks" if row["mem_peak_blocks"] else ""
        lines.append(f"  {row['mem_peak_mib']:8.1f} MiB{blocks}, net {net}  {_label(row, size)}{worst}")
    return lines + _rest(len(rows) - size.allocators) if rows else [*lines, "  none of it from the project's functions"]


def _collector(document: dict[str, Any], size: Size) -> list[str]:
    collector, totals = document["collector"], document["totals"]
    counts = "/".join(str(int(count)) for count in collector["collections"])
    lines = [
        (
            f"[collector] {counts} collections of generation 0/1/2, {totals['gc_s'] * 1000:.0f} ms in pauses = "
            f"{totals['gc_percent']:.1f} % of CPU, longest {collector['longest_ms']:.1f} ms"
        )
    ]
    rows = [
        row for row in document["functions"] if row["gc_s"] + row["gc_apportioned_s"] >= 0.01 * (totals["wall_s"] or 1)
    ]
    rows.sort(key=lambda row: -(row["gc_s"] + row["gc_apportioned_s"]))
    lines += [
        f"  set off {row['gc_s'] * 1000:6.0f} ms, apportioned {row['gc_apportioned_s'] * 1000:6.0f} ms  {_label(row, size)}"
        for row in rows[: size.others]
    ]
    return lines


def _functions(document: dict[str, Any], size: Size) -> list[str]:
    rows = [row for row in document["functions"] if row["cpu_cum_percent"] >= CUMULATIVE_PERCENT]
    if not rows:
        return ["[functions] no CPU time in functions below the source root: is it the right folder?"]
    lines = ["[functions] by cumulative CPU; own = self + library calls", "    cum %   own %  self %      calls"]
    for row in rows[: size.functions]:
        calls = "-" if row["calls"] is None else _calls(row)
        lines.append(
            f"  {row['cpu_cum_percent']:7.1f} {row['cpu_own_percent']:7.1f} {row['cpu_self_percent']:7.1f} "
            f"{calls:>10}  {_label(row, size)}{_hot_place(row)}"
        )
    return lines + _rest(len(rows) - size.functions)


def _asyncio(document: dict[str, Any], size: Size) -> list[str]:
    loops = document["asyncio"]
    if loops is None:
        return []
    lines = [f"[async] {loops['steps']} steps, {loops['busy_s']:.2f} s busy; callbacks that held the loop for >= 1 ms:"]
    lines += [
        f"  {row['held_ms']:7.0f} ms in {row['blocks']} blocks, longest {row['longest_ms']:.0f} ms  {_label(row, size)}"
        for row in loops["callbacks"][: size.others]
    ]
    blockers = sorted(
        (row for row in document["functions"] if row["blocked_ms"] >= 1), key=lambda row: -row["blocked_ms"]
    )
    lines += [f"  {row['blocked_ms']:7.0f} ms blocked by {_label(row, size)}" for row in blockers[: size.others]]
    for wait in loops["waits"][: size.others]:
        place = wait["chain"][-1]
        own = next((step for step in reversed(wait["chain"]) if not step["file"].startswith(("/", "<"))), place)
        lines.append(
            f"  waited {wait['waited_s']:.2f} s in {wait['waits']} waits for {place['function']} at "
            f"{_tail(own['file'], size.place)}:{own['at']} ({_tail(own['function'], size.name)})"
        )
    return lines


def _distributions(document: dict[str, Any], size: Size) -> list[str]:
    rows = [
        row
        for row in document["distributions"]
        if row["percent"] >= DISTRIBUTION_PERCENT or row["outside_percent"] >= DISTRIBUTION_PERCENT
    ]
    if not rows:
        return []
    return ["[distributions] above 15 % of CPU"] + [
        f"  {row['percent']:5.1f} % called by the project, {row['outside_percent']:5.1f} % around it, "
        f"{row['self_percent']:5.1f} % in its own code  {row['name']} {row['version'] or ''}".rstrip()
        for row in rows[: size.others]
    ]


def _targets(document: dict[str, Any], size: Size) -> list[str]:
    rows = document["targets"]
    lines = [
        "[unified targets]",
        "| Function | file:line | CPU % | Mem MiB | GC | Async | Domains | Priority |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {_tail(row['function'], size.name)} | {_tail(row['file'], size.place)}:{row['line']} | {row['cpu_percent']:.1f} "
        f"| {row['mem_mib']:.1f} | {_or_dash(row['gc_percent'], ' %')} | {_or_dash(row['blocked_ms'], ' ms')} "
        f"| {'+'.join(row['domains'])} | {row['score']:.1f} |"
        for row in rows[: size.targets]
    ]
    if not rows:
        lines.append("none: nothing of the project is above 1 % CPU, 2 MiB, 1 % in pauses or 5 ms of blocked loop")
    return lines + _rest(len(rows) - size.targets)


def _interactions(document: dict[str, Any], size: Size) -> list[str]:
    rows = document["interactions"]
    if not rows:
        return []
    lines = ["[interactions]"]
    lines += [f"  {row['kind']}: {_cut(row['text'], size.text)}. Root fix: {row['fix']}" for row in rows[: size.others]]
    return lines + _rest(len(rows) - size.others)


def _delta(document: dict[str, Any], size: Size) -> list[str]:
    delta = document["delta"]
    if delta is None:
        return []
    lines = [f"[delta] against the baseline of {delta['taken']}: one run each, a hint and no measurement"]
    for name, change in delta["totals"].items():
        before, after = change["before"], change["after"]
        relative = f" ({100 * change['delta'] / before:+.1f} %)" if before else ""
        lines.append(f"  {name}: {before:.3f} -> {after:.3f}{relative}")
    lines += [
        f"  {change['delta']:+.3f} s own CPU  {_tail(change['function'], size.name)} {_tail(change['file'], size.place)}"
        for change in delta["functions"][: size.others]
    ]
    return lines


def _calls(row: dict[str, Any]) -> str:
    return f"{'>=' if row['calls_at_least'] else ''}{row['calls']}{'~' if row['calls_are_resumes'] else ''}"


def _hot_place(row: dict[str, Any]) -> str:
    """The loop or line that takes most of the function's own time, where one stands out."""
    places = row["cpu_places"]
    if not places or places[0]["percent"] < max(HOT_PLACE * row["cpu_own_percent"], CUMULATIVE_PERCENT):
        return ""
    first, last = places[0]["first"], places[0]["last"]
    return f", {f'line {first}' if first == last else f'loop {first}-{last}'}: {places[0]['percent']:.0f} %"


def _label(row: dict[str, Any], size: Size) -> str:
    return f"{_tail(row['function'], size.name)}  {_tail(row['file'], size.place)}:{row['line']}"


def _or_dash(figure: float, unit: str) -> str:
    return f"{figure:.1f}{unit}" if figure >= 0.05 else "-"


def _cut(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _tail(text: str, length: int) -> str:
    return text if len(text) <= length else "…" + text[-(length - 1) :]


def _rest(count: int) -> list[str]:
    return [f"  and {count} more (--json has all)"] if count > 0 else []
