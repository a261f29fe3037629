"""Whether a library that takes much of the time could be replaced by a few functions of the project's own."""

from __future__ import annotations

import math
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.language import Answer
from codeflash_python import paths
from codeflash_python.detect import project_files
from codeflash_python.environment import import_roots
from codeflash_python.tools import inside, native
from codeflash_python.tools.heat import Heated

if TYPE_CHECKING:
    from codeflash_agent.language import Inquiry

ENOUGH_PERCENT, FEW_FUNCTIONS = 20.0, 10
# Of what a general library costs, what a focused replacement by the standard library costs; `--cost` says it better.
USUAL_COST = 0.15
# A gain that the number of samples leaves open by more than this part of it asks for a longer profile.
CLOSE = 0.25
SHOWN = 8
WRITING = re.compile(
    r"(^|_)(write|dump|dumps|save|emit|render|transform|transformer|replace|changes|remove|insert|unparse|codemod|serialize|"
    r"leave|update|delete|set|edit|patch|generate|apply)($|_)|=$|Transformer|^code$"
)
STANDARD = {
    "libcst": "ast, tokenize", "parso": "ast, tokenize", "lib2to3": "ast", "redbaron": "ast", "astroid": "ast", "asttokens": "ast",
    "python-dateutil": "datetime.fromisoformat, strptime", "pytz": "zoneinfo", "simplejson": "json", "ujson": "json", "toml": "tomllib",
    "tomli": "tomllib", "tomlkit": "tomllib, for reading", "six": "the language", "requests": "urllib.request, http.client",
    "packaging": "tuples of int, for plain versions", "chardet": "bytes.decode with a list of encodings", "beautifulsoup4": "html.parser",
    "lxml": "xml.etree", "xmltodict": "xml.etree", "pyparsing": "re", "click": "argparse", "docopt": "argparse", "attrs": "dataclasses",
    "more-itertools": "itertools", "toolz": "itertools, functools", "sortedcontainers": "bisect, heapq", "arrow": "datetime",
    "pendulum": "datetime", "marshmallow": "dataclasses", "jsonschema": "written-out checks", "regex": "re", "pyyaml": "json, where the files are yours",
    "dacite": "dataclasses", "networkx": "dicts of sets", "python-slugify": "re, unicodedata", "wcwidth": "unicodedata",
}  # fmt: skip


def answer(inquiry: Inquiry) -> Answer:
    """Audit one distribution, or list the distributions by their share of the time."""
    name = inquiry.options.get("distribution")
    shares = sorted((inquiry.profile or {}).get("distributions") or [], key=lambda one: -one["percent"])
    if not name:
        own = {name.partition(".")[0] for name in _modules(inquiry).values()}
        calls = native.called_on_hot_lines(Heated(inquiry.profile, inquiry.tree, inquiry.project), own)
        document = {
            "schema_version": 1,
            "joined": inquiry.profile is not None,
            "distributions": shares,
            "calls_on_hot_lines": calls,
        }
        lines = [f"{one['percent']:6.1f} %  {one['name']} {one['version'] or ''}" for one in shares]
        head = (
            "[library] share of CPU time below calls from the project"
            if shares
            else "[library] no profile, or no library in it; run `codeflash-agent profile`"
        )
        if calls:
            lines.append(
                "hot lines of the project with such calls; C code has no rows of its own and is counted there:"
            )
        lines += [
            f"{one['percent']:6.1f} %  {one['file']}:{one['line']} {one['function']}: {', '.join(one['names'][:4])}"
            for one in calls[:SHOWN]
        ]
        return Answer([head, *lines], document)
    found = inside.ask(inquiry, "library", {"distribution": name, "files": _modules(inquiry)})
    share = next(
        (one for one in shares if one["name"].lower().replace("_", "-") == name.lower().replace("_", "-")), None
    )
    document = _audit(inquiry, name, found, share)
    return Answer(_lines(document), document, found=not document["worth_it"])


def _modules(inquiry: Inquiry) -> dict[str, str]:
    """Source files of the project by absolute path, with the name that each is imported by."""
    roots = sorted(
        (root.resolve() for root in import_roots(inquiry.setup, inquiry.tree)), key=lambda root: -len(str(root))
    )
    found = {}
    for name in project_files.list_files(inquiry.tree):
        if name.endswith(".py") and paths.kind_of(name) == paths.SOURCE:
            path = (inquiry.tree / name).resolve()
            root = next((one for one in roots if path.is_relative_to(one)), inquiry.tree.resolve())
            parts = list(path.relative_to(root).with_suffix("").parts)
            found[str(path)] = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return found


def _audit(inquiry: Inquiry, name: str, found: dict[str, Any], share: dict[str, Any] | None) -> dict[str, Any]:
    heated = Heated(inquiry.profile, inquiry.tree, inquiry.project)
    sites: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for use in found["uses"]:
        use["write"] = bool(WRITING.search(use["name"].rpartition(".")[2])) or bool(WRITING.search(_root(use["name"])))
        sites[use["file"], use["function"]].append(use)
    rows = []
    for (file, function), uses in sites.items():
        percent, own = _time_under(heated, Path(file), function, uses[0]["line"], found["tops"])
        rows.append(
            {
                "file": os.path.relpath(file, inquiry.tree),
                "line": uses[0]["line"],
                "function": function,
                "percent": percent,
                # A function that is there for the library goes with it as a whole.
                "replaced_percent": own if percent >= own / 2 else percent,
                "write": any(use["write"] for use in uses),
                "names": sorted({use["name"] for use in uses}),
            }
        )
    rows.sort(key=lambda row: (-row["percent"], row["file"], row["line"]))
    reads = [row for row in rows if not row["write"]]
    placed = sum(row["percent"] for row in rows)
    whole = share["percent"] if share else placed
    # Time that the profile puts under no call site (through other libraries, at import) is shared out as the rest is.
    scale = whole / placed if placed > 0 else 0.0
    replaceable = sum(row["replaced_percent"] for row in reads) * min(scale, 1.0) if placed else 0.0
    needed = sorted({_root(name_) for row in reads for name_ in row["names"] if row["percent"] > 0 or not placed})
    standard = STANDARD.get(name.lower())
    cost = inquiry.options.get("cost") or USUAL_COST
    conditions: list[dict[str, Any]] = [
        {
            "condition": f"more than {ENOUGH_PERCENT:.0f} % of the time is replaceable",
            "holds": replaceable > ENOUGH_PERCENT if inquiry.profile else None,
            "reason": f"{replaceable:.1f} % is below places that only read" if inquiry.profile else "no profile yet",
        },
        {
            "condition": f"fewer than {FEW_FUNCTIONS} of its functions are needed",
            "holds": len(needed) < FEW_FUNCTIONS,
            "reason": f"{len(needed)}: {', '.join(needed[:12])}",
        },
        {
            "condition": "the standard library can do it",
            "holds": True if standard else None,
            "reason": standard or "not known; decide by the names used",
        },
    ]
    payoff = _payoff(replaceable, cost)
    interval = _interval(replaceable, cost, inquiry.profile)
    return {
        "schema_version": 1,
        "distribution": name,
        "percent": whole,
        "surface": sorted({use["name"] for use in found["uses"]}),
        "reads": sum(not use["write"] for use in found["uses"]),
        "writes": sum(use["write"] for use in found["uses"]),
        "sites": rows,
        "uses": found["uses"],
        "conditions": conditions,
        "worth_it": all(one["holds"] is not False for one in conditions) and bool(conditions[0]["holds"]),
        "replaceable_percent": replaceable,
        "assumed_cost": cost,
        "payoff": payoff,
        "payoff_interval": interval,
        "longer_profile": _longer(payoff, interval),
        "unread": found["unread"],
    }


def _payoff(percent: float, cost: float) -> float:
    """How many times as fast the program is once `percent` of its time costs the part `cost` of that."""
    return 1.0 / max(1.0 - percent / 100.0 * (1.0 - cost), 1e-3)


def _interval(percent: float, cost: float, profile: dict[str, Any] | None) -> list[float] | None:
    """The payoff at both ends of what the profile's samples leave open of the share (95 %); None without samples."""
    error = ((profile or {}).get("totals") or {}).get("share_error_percent")
    if error is None:
        return None
    part = min(max(percent / 100.0, 0.0), 1.0)
    error *= 2.0 * math.sqrt(part * (1.0 - part))  # the profile gives it for a share of one half
    return [_payoff(max(percent - error, 0.0), cost), _payoff(min(percent + error, 100.0), cost)]


def _longer(payoff: float, interval: list[float] | None) -> float | None:
    """How many times as long a run must be profiled for the gain to be known closely; None where it is."""
    if interval is None or payoff <= 1.0:
        return None
    # Of the two ends the upper one is further away; it comes near with the root of the samples.
    open_ = (interval[1] - 1.0) / (payoff - 1.0) - 1.0
    return (open_ / CLOSE) ** 2 if open_ > CLOSE else None


def _root(name: str) -> str:
    """The library's own function or class behind a use: `lib.parse` of `lib.parse().body`."""
    return name.partition("()")[0].partition("[]")[0].rstrip("=")


def _time_under(heated: Heated, file: Path, function: str, line: int, tops: list[str]) -> tuple[float, float]:
    """Percent of CPU below calls of the library from one function, and of the function with all that is not the project's."""
    row = heated.function(file, function or "<module>", line)
    marks = [f"{os.sep}{top}{os.sep}" for top in tops] + [f"{os.sep}{top}.py" for top in tops]
    starts = tuple(f"{top}{os.sep}" for top in tops)
    callees = (row or {}).get("callees") or []
    under = float(
        sum(
            one["cpu_percent"]
            for one in callees
            if any(mark in one["file"] for mark in marks) or one["file"].startswith(starts)
        )
    )
    return under, max(under, float((row or {}).get("cpu_own_percent") or 0.0))


def _lines(document: dict[str, Any]) -> list[str]:
    verdict = "worth it" if document["worth_it"] else "not worth it"
    lines = [
        (
            f"[library] {document['distribution']}: {document['percent']:.1f} % of the time; {len(document['surface'])} names used, "
            f"{document['reads']} reads, {document['writes']} writes: {verdict}"
        )
    ]
    for one in document["conditions"]:
        answer_ = {True: "yes", False: "no", None: "open"}[one["holds"]]
        lines.append(f"  {answer_:>4}  {one['condition']}: {one['reason']}")
    interval = document["payoff_interval"]
    between = f" ({interval[0]:.2f} to {interval[1]:.2f} by the profile's samples)" if interval else ""
    lines.append(
        f"payoff: {document['payoff']:.2f} times as fast{between}, where the replacement costs {document['assumed_cost']:.0%} of what it "
        f"replaces; `differ OLD NEW` measures that cost, `--cost` takes it"
    )
    if document["longer_profile"]:
        lines.append(
            f"  too few samples for that: profile a run that is {document['longer_profile']:.1f} times as long"
        )
    lines += ["", "call sites, the most time first:"]
    for row in document["sites"][:25]:
        kind = "write" if row["write"] else "read "
        lines.append(
            f"  {row['percent']:5.1f} %  {kind}  {row['file']}:{row['line']} {row['function']}: {', '.join(row['names'][:6])}"
        )
    return lines
