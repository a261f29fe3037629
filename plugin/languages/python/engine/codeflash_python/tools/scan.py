"""Slow constructs: a linter's rules and our own, each hit with its heat."""

from __future__ import annotations

import ast
import collections
import concurrent.futures
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import Answer
from codeflash_python import paths
from codeflash_python.detect import project_files
from codeflash_python.tools import inside
from codeflash_python.tools.heat import Heat, Heated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codeflash_agent.language import Inquiry

RUFF = "0.17.6"  # the version that the rules below were tried with
# Those for which a slow construct is what they are about; style that comes along is left to the project.
RULES = (
    "PERF101", "PERF102", "PERF401", "PERF402", "PERF403", "RUF017", "RUF015", "FURB192", "C400", "C401", "C402", "C403",
    "C404", "C409", "C410", "C411", "C413", "C414", "C416", "C417", "C418", "C419", "FURB129", "SIM118", "PLR6201",
    "PLR1714", "RUF055", "SLOT000", "SLOT001", "SLOT002", "B019", "G001", "G002", "G003", "G004", "TC001", "TC002", "TC003",
    "ASYNC210", "ASYNC212", "ASYNC220", "ASYNC221", "ASYNC222", "ASYNC230", "ASYNC240", "ASYNC250", "ASYNC251", "ASYNC110",
    "RUF006", "RUF029",
)  # fmt: skip
BEFORE_311 = ("PERF203",)  # from 3.11 on a `try` that raises nothing costs nothing
_MEMORY = ("SLOT", "B019")


def answer(inquiry: Inquiry) -> Answer:
    """Scan the source root, or the paths that were given."""
    files = _files(inquiry)
    if not files:
        raise EnvironmentProblem("no source to scan; name files or folders, or add --tests for tests and benchmarks")
    left_out: list[str] = []
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        linted = pool.submit(lambda: [] if inquiry.options.get("own") else _lint(inquiry, files, left_out))
        request = {"files": [str(file) for file in files], "functions": not inquiry.options.get("own")}
        own = inside.ask(inquiry, "scan", request)
        hits = own["hits"] + [_linted(one, own["functions"]) for one in linted.result()]
    left_out += [f"not read: {one}" for one in own["unread"]]
    heated = Heated(inquiry.profile, inquiry.tree, inquiry.project)
    rows = [_without_annotations(_row(hit, heated, inquiry)) for hit in hits]
    rows.sort(key=lambda row: (-row["weight"], row["file"], row["line"], row["rule"]))
    targets = [row for row in rows if row["hot"]]
    document = {
        "schema_version": 1,
        "files": len(files),
        "lines": own["lines"],
        "joined": heated.known,
        "all": bool(inquiry.options.get("all")),
        "targets": targets,
        "notes": [row for row in rows if not row["hot"]],
        "left_out": left_out,
    }
    return Answer(_lines(document, inquiry.options.get("limit", 30)), document, found=bool(targets))


def _files(inquiry: Inquiry) -> list[Path]:
    """The files to read: tracked or trackable ones of the source root, tests and generated ones left out."""
    asked = inquiry.options.get("paths") or [inquiry.setup.source_root]
    found: list[Path] = []
    for text in asked:
        path = (inquiry.tree / text).resolve()
        if path.is_file():
            found.append(path)
        elif path.is_dir():
            for name in project_files.list_files(path):
                inner = path / name
                if inner.suffix != ".py":
                    continue
                kind = paths.kind_of(os.path.relpath(inner, inquiry.tree))
                if kind == paths.SOURCE or (inquiry.options.get("tests") and kind in (paths.TEST, paths.BENCHMARK)):
                    found.append(inner)
        else:
            raise EnvironmentProblem(f"{text} is not there; name files or folders of the project")
    return sorted(set(found))


def _row(hit: dict[str, Any], heated: Heated, inquiry: Inquiry) -> dict[str, Any]:
    file = Path(hit["file"])
    heat = heated.at(file, hit["function"], (hit["loop"][0], hit["loop"][1]))
    if hit["rule"] == "missing-slots":
        instances = (inquiry.profile or {}).get("instances") or []
        heat = Heat(memory_mib=heated.class_at(file, hit["function"], instances))
    elif hit["domain"] == "cpu":
        heat = heat._replace(memory_mib=0.0)
    return {
        "rule": hit["rule"],
        "file": os.path.relpath(file, inquiry.tree),
        "line": hit["line"],
        "function": hit["function"],
        "what": hit["what"],
        "domain": hit["domain"],
        "hot": heat.hot,
        "cpu_percent": round(heat.cpu_percent, 2),
        "mem_mib": round(heat.memory_mib, 2),
        "blocked_ms": round(heat.blocked_ms, 1),
        "weight": round(heat.weight, 3),
        "heat": heat.text(),
    }


def _without_annotations(row: dict[str, Any]) -> dict[str, Any]:
    """An import for annotations alone takes what importing its module takes, and none of the time of the lines around it.

    What that is, `codeflash-agent imports` measures; the profile has it in a row of its own where it is much.
    """
    if not row["rule"].startswith("TC"):
        return row
    return {**row, "hot": False, "cpu_percent": 0.0, "mem_mib": 0.0, "blocked_ms": 0.0, "weight": 0.0, "heat": ""}


def _linters(inquiry: Inquiry) -> Iterable[list[str]]:
    """Commands that may be ruff: the target's own, the engine's, then uvx with the pinned version."""
    for folder in (Path(inquiry.setup.interpreter).parent, Path(sys.executable).parent):
        if (folder / "ruff").exists():
            yield [str(folder / "ruff")]
    # With the engine's interpreter, which is there: uv would download one where it finds none.
    yield ["uvx", "--python", sys.executable, f"ruff@{RUFF}"]
    yield ["ruff"]


def _lint(inquiry: Inquiry, files: list[Path], left_out: list[str]) -> list[dict[str, Any]]:
    version = tuple(int(part) for part in inquiry.setup.version.split(".")[:2] if part.isdigit())
    rules = RULES + (BEFORE_311 if version < (3, 11) else ())
    target = f"py{version[0]}{version[1]}" if len(version) == 2 else "py39"
    options = ["check", "--isolated", "--preview", "--no-cache", "--exit-zero", "--quiet", "--output-format", "json",
               "--target-version", target, "--select", ",".join(rules)]  # fmt: skip
    why = "not found"
    for command in _linters(inquiry):
        try:
            done = subprocess.run(
                [*command, *options, *map(str, files)], capture_output=True, text=True, check=False, timeout=120
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            why = str(error).splitlines()[0]
            continue
        if done.returncode == 0:
            return [one for one in json.loads(done.stdout or "[]") if one.get("code") and _pays(one)]
        why = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[0]
    left_out.append(f"the linter's rules: ruff did not run ({why}); install uv or ruff {RUFF} for them")
    return []


def _pays(one: dict[str, Any]) -> bool:
    """Whether what the linter would write instead is no slower.

    A set of constants is made once, when the module is compiled; one of variables is made anew for every test, and takes
    longer than looking through the few items.
    """
    if one["code"] != "PLR6201":
        return True
    edits = (one.get("fix") or {}).get("edits") or [{"content": "()"}]
    try:
        ast.literal_eval(edits[0]["content"])
    except (ValueError, SyntaxError, TypeError):
        return False
    return True


def _linted(one: dict[str, Any], functions: dict[str, list[tuple[int, int, str]]]) -> dict[str, Any]:
    """A hit in the form of our own; the linter does not say which function it is in."""
    code, line = one["code"], one["location"]["row"]
    domain = (
        "async"
        if code.startswith("ASYNC") or code in ("RUF006", "RUF029")
        else "memory"
        if code.startswith(_MEMORY)
        else "cpu"
    )
    return {
        "rule": code,
        "file": one["filename"],
        "line": line,
        "function": _function_at(functions.get(one["filename"], []), line),
        "what": one["message"],
        "domain": "structure" if code.startswith("TC") else domain,
        "loop": [line, one["end_location"]["row"]],
    }


def _function_at(spans: list[tuple[int, int, str]], line: int) -> str:
    """The qualified name of the innermost function around a line."""
    around = [(last - first, name) for first, last, name in spans if first <= line <= last]
    return min(around)[1] if around else ""


def _lines(document: dict[str, Any], limit: int) -> list[str]:
    joined = "" if document["joined"] else "; no profile to join with, so all are notes: run `codeflash-agent profile`"
    lines = [
        (
            f"[scan] {document['files']} files, {document['lines']:,} lines: {len(document['targets'])} hot,"
            f" {len(document['notes'])} cold{joined}"
        )
    ]
    # Without a share in the profile a hit is no reason for anything; without a profile nobody knows.
    cold = (
        [row for row in document["notes"] if row["weight"] == 0.0] if document["joined"] and not document["all"] else []
    )
    warm = [row for row in document["notes"] if row["weight"] > 0.0 or not cold]
    for title, rows in (("targets", document["targets"]), ("notes", warm)):
        if rows:
            lines += ["", f"{title}:"]
            shown = rows[:limit] if title == "targets" else _own_first(rows)[:limit]
            for row in shown:
                heat = f" [{row['heat']}]" if row["heat"] else ""
                where = f" {row['function']}" if row["function"] else ""
                lines.append(f"  {row['file']}:{row['line']}{where}: {row['rule']}{heat}: {row['what']}")
            if len(rows) > limit:
                lines.append(f"  … and {len(rows) - limit} more; --limit {len(rows)} or --json shows them")
    if cold:
        rules = collections.Counter(row["rule"] for row in cold)
        counted = ", ".join(f"{rule} {count}" for rule, count in rules.most_common())
        lines.append(f"without a share in the profile: {len(cold)} ({counted}); --all lists them")
    return lines + [f"left out: {line}" for line in document["left_out"][:limit]]


def _own_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cold hits: what costs by growing before what costs a constant, type-only imports last."""
    return sorted(
        rows,
        key=lambda row: (
            -row["weight"],
            row["rule"].startswith("TC"),
            row["rule"].isupper() or row["rule"][:1].isupper(),
        ),
    )
