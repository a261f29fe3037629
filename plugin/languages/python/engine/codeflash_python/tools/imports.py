"""What starting costs: the import tree, what is loaded and not used, and which imports could wait."""

from __future__ import annotations

import json
import marshal
import os
import random
import statistics
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import Answer
from codeflash_agent.storage import temporary
from codeflash_python.environment import environment
from codeflash_python.tools import inside
from codeflash_python.tools.import_graph import Graph

if TYPE_CHECKING:
    from codeflash_agent.language import Inquiry

INJECTED = inside.PACKAGE / "imports"
OLD_FORMAT = 2  # of marshal, which every interpreter reads
REPEATS = 7
LEAST_MS = 3.0  # an import that takes less is no candidate
MIB = 1024 * 1024


def answer(inquiry: Inquiry) -> Answer:
    """Observe the command, find candidates, and measure the best of them deferred."""
    with temporary.folder() as folder:
        root = (inquiry.tree / (inquiry.options.get("root") or inquiry.setup.source_root)).resolve()
        graphs = [Graph(_observe(inquiry, folder, "load", root)) for _ in range(REPEATS)]
        graph = Graph.least(graphs)
        used = _observe(inquiry, folder, "use", root)
        candidates = _candidates(inquiry, graph, used, root)
        for candidate in candidates[: inquiry.options.get("verify", 3)]:
            inquiry.progress(f"measuring {candidate['place']} deferred")
            candidate["measured"] = _verify(inquiry, folder, candidate)
            # What was observed and what is measured may have met different loads: the whole command tells by how much.
            candidate["measured"]["predicted_s"] = (
                candidate["predicted_s"] * candidate["measured"]["kept_s"] / (graph.cpu_s + graph.teardown_s)
            )
    unused = _unused(graph, used, root)
    document = {
        "schema_version": 1,
        "command": inquiry.command,
        "modules": graph.rows(),
        "import_cpu_s": graph.total,
        "cpu_s": graph.cpu_s,
        "unused_distributions": unused,
        "candidates": candidates,
    }
    return Answer(_lines(document, graph, inquiry.options.get("depth", 3)), document, found=bool(candidates))


def _run(inquiry: Inquiry, extra: dict[str, str]) -> float:
    """Run the command; its CPU seconds, children included.

    Raises:
        EnvironmentProblem: it cannot be started.
    """
    environ = environment(inquiry.setup, inquiry.project, inquiry.tree)
    if extra:
        environ["PYTHONPATH"] = os.pathsep.join([str(INJECTED), *filter(None, [environ.get("PYTHONPATH", "")])])
    environ.update(extra)
    quiet = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            inquiry.command, cwd=inquiry.tree, env=environ, stdin=quiet, stdout=quiet, stderr=quiet
        )
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot run {inquiry.command[0]!r}: {error.strerror or error}; check the command after --"
        ) from error
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def _observe(inquiry: Inquiry, folder: Path, mode: str, root: Path) -> dict[str, Any]:
    """What the command's first process left in a mode.

    Raises:
        EnvironmentProblem: none of its processes could be observed.
    """
    out = folder / f"{mode}-{len(list(folder.iterdir()))}"
    out.mkdir()
    config = out / "config"
    config.write_bytes(marshal.dumps({"mode": mode, "out": str(out), "root": str(root)}, OLD_FORMAT))
    whole = _run(inquiry, {"CODEFLASH_IMPORTS": str(config)})
    left = list(out.glob(f"{mode}-*.json"))
    if not left:
        raise EnvironmentProblem(
            "the command starts no interpreter that could be observed (-I and -S hide it); give another"
        )
    # The command's own process is the one with most to tell; helpers that it starts import less.
    documents = [(json.loads(path.read_text(encoding="utf-8")), path) for path in left]
    found: dict[str, Any]
    found, path = max(documents, key=lambda one: len(one[0].get("loads", one[0].get("files", ()))))
    ended = path.with_name(path.name + ".ended")
    # Of several processes it cannot be told which one took how long to end.
    found["teardown_s"] = max(0.0, whole - float(ended.read_text())) if len(left) == 1 and ended.exists() else 0.0
    return found


def _candidates(inquiry: Inquiry, graph: Graph, used: dict[str, Any], root: Path) -> list[dict[str, Any]]:
    """Import statements at the top of the project's modules that the command could do without, dearest first."""
    own = {name: path for name, path in graph.files.items() if path.startswith(str(root)) and path.endswith(".py")}
    asked = inside.ask(inquiry, "deferring", {"files": sorted(set(own.values()))})["statements"]
    ran = {(file, line) for file, line in used["functions"]}
    found = []
    for module, path in own.items():
        package = module if Path(path).name == "__init__.py" else module.rpartition(".")[0]
        every = asked.get(path, [])
        for statement in every:
            targets = graph.resolve(package, statement)
            others = {
                one for other in every if other is not statement and _same(other, statement) is False
                for one in graph.resolve(package, other)
            }  # fmt: skip
            saved = graph.saved(module, targets - others)
            seconds, grown = sum(graph.self_s[one] for one in saved), sum(graph.self_bytes[one] for one in saved)
            seconds += graph.ending_s(saved)
            if seconds * 1000 < LEAST_MS or statement["against"]:
                continue
            if any((path, line) in ran for line in statement["users"]):
                continue  # this command uses it, so it would only be loaded later
            found.append(
                {
                    "file": os.path.relpath(path, inquiry.tree),
                    "path": path,
                    "line": statement["line"],
                    "place": f"{os.path.relpath(path, inquiry.tree)}:{statement['line']}",
                    "imports": sorted(targets),
                    "predicted_s": seconds,
                    "predicted_bytes": grown,
                    "modules": len(saved),
                    "functions": statement["users"],
                    "measured": None,
                }
            )
    found.sort(key=lambda one: -one["predicted_s"])
    return found


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["line"] == other["line"])


def _verify(inquiry: Inquiry, folder: Path, candidate: dict[str, Any]) -> dict[str, Any]:
    """CPU seconds that the command saves with the import deferred: pairs in random order, median and interval."""
    out = folder / f"defer-{len(list(folder.iterdir()))}"
    out.mkdir()
    code = out / "code"
    request = {"file": candidate["path"], "lines": [candidate["line"]], "write": str(code)}
    inside.ask(inquiry, "deferring", request)
    kept = out / "as-it-is"
    inside.ask(inquiry, "deferring", {**request, "lines": [], "write": str(kept)})
    sides = {}
    for name, file in (("deferred", code), ("kept", kept)):
        config = out / f"{name}.config"
        asked = {"mode": "defer", "out": str(out), "file": candidate["path"], "code": str(file)}
        config.write_bytes(marshal.dumps(asked, OLD_FORMAT))
        sides[name] = {"CODEFLASH_IMPORTS": str(config)}
    chance = random.Random(candidate["line"])  # noqa: S311 - an order, not a secret
    spent: dict[str, list[float]] = defaultdict(list)
    for _ in range(inquiry.options.get("pairs", 12)):
        for name in chance.sample(sorted(sides), 2):
            spent[name].append(_run(inquiry, sides[name]))
    differences = sorted(a - b for a, b in zip(spent["kept"], spent["deferred"]))
    medians = sorted(statistics.median(chance.choices(differences, k=len(differences))) for _ in range(500))
    return {
        "saved_s": _low(spent["kept"]) - _low(spent["deferred"]),
        "low": medians[12],
        "high": medians[-13],
        "kept_s": _low(spent["kept"]),
        "pairs": len(differences),
    }


def _low(values: list[float]) -> float:
    """The lower quartile's mean: other processes only add."""
    ordered = sorted(values)
    return statistics.fmean(ordered[: max(1, len(ordered) // 3)])


def _unused(graph: Graph, used: dict[str, Any], root: Path) -> list[dict[str, Any]]:
    """Top-level packages outside the project of which no function ran after they were imported."""
    ran = set(used["files"])
    modules = {name.partition(".")[0] for name in used["modules"]}
    rows: dict[str, dict[str, Any]] = {}
    for name, path in graph.files.items():
        top = name.partition(".")[0]
        if "site-packages" not in path or path.startswith(str(root)):
            continue
        row = rows.setdefault(top, {"package": top, "cpu_s": 0.0, "bytes": 0, "modules": 0, "used": top in modules})
        row["cpu_s"] += graph.self_s[name]
        row["bytes"] += graph.self_bytes[name]
        row["modules"] += 1
        row["used"] = row["used"] or path in ran
    return sorted((row for row in rows.values() if not row.pop("used")), key=lambda row: -row["cpu_s"])


def _lines(document: dict[str, Any], graph: Graph, depth: int) -> list[str]:
    lines = [
        (
            f"[imports] {len(document['modules'])} modules, {document['import_cpu_s'] * 1000:.0f} ms of "
            f"{document['cpu_s'] * 1000:.0f} ms CPU"
        ),
        "",
        "  cumulative       self      MiB",
        *graph.tree(depth, least_s=max(0.001, document["import_cpu_s"] / 100)),
    ]
    if document["unused_distributions"]:
        lines += ["", "loaded, and no function of it ran afterwards:"]
        for row in document["unused_distributions"][:15]:
            lines.append(
                f"  {row['package']}: {row['cpu_s'] * 1000:.1f} ms, {row['bytes'] / MIB:.1f} MiB, {row['modules']} modules"
            )
    lines += [
        "",
        "imports that could wait until a function needs them:" if document["candidates"] else "no import could wait",
    ]
    for one in document["candidates"]:
        line = f"  {one['place']} {', '.join(one['imports'][:3])}: {one['predicted_s'] * 1000:.1f} ms, {one['predicted_bytes'] / MIB:.1f} MiB"
        if one["measured"]:
            measured = one["measured"]
            line += f"; measured {measured['saved_s'] * 1000:.1f} ms [{measured['low'] * 1000:.1f}, {measured['high'] * 1000:.1f}]"
        lines.append(line)
    return lines
