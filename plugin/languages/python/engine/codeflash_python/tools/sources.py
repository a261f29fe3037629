"""What to read before the first change: the benchmark, and the code that the profile names."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import Answer
from codeflash_python import paths
from codeflash_python.detect import project_files
from codeflash_python.tools.heat import Heat, Heated, root_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from codeflash_agent.language import Inquiry

WHOLE_LINES = 300  # a file of no more is read faster than its parts
README_LINES = 40
COLD_WEIGHT = 0.5  # of what is worth an experiment, below which a file is told in one line
MOST_COLD, MOST_NAMES = 25, 12
SHORT = 20_000  # characters of a project that is shown with its cold files and tests
ALL = 10**6  # lines: the whole of a function
TEST = re.compile(r"^\s*(?:async )?def test_", re.MULTILINE)


def answer(inquiry: Inquiry) -> Answer:
    """Show the benchmark, then the files that the profile names in the order of their shares, until the room is used up."""
    if inquiry.profile is None:
        raise EnvironmentProblem("there is no profile: run `codeflash-agent profile`, or give --profile FILE")
    files = project_files.list_files(inquiry.tree)
    texts = {name: _read(inquiry.tree / name) for name in files if name.endswith(".py")}
    tests = [name for name in texts if paths.kind_of(name) == paths.TEST]
    sources = [name for name in texts if paths.kind_of(name) == paths.SOURCE]
    heats = _heats(inquiry.profile, inquiry.tree, inquiry.project)
    hot = [name for name in sources if _weight(heats.get(name, {})) >= COLD_WEIGHT]
    hot.sort(key=lambda name: -_weight(heats.get(name, {})))
    parts = [
        *((name, [_readme(inquiry.tree / name)]) for name in files if re.fullmatch(r"README(\.\w+)?", name)),
        *((name, [texts[name]]) for name in _named_by(inquiry.profile.get("command", ()), texts)),
    ]
    parts += [(name, _forms(texts[name], heats.get(name, {}))) for name in hot]
    room = inquiry.options["characters"]
    shown, left = _within(parts, room)
    cold = sorted((name for name in sources if name not in hot), key=lambda name: -texts[name].count("\n"))
    # What is short is asked for next, so it goes along.
    rest = [(name, texts[name]) for name in [*cold, *tests]]
    together = sum(len(text) for text in [*(forms[0] for _, forms in parts), *(text for _, text in rest)])
    whole = together <= min(room, SHORT)
    if whole:
        shown, cold = [*shown, *rest], []
    number = sum(texts[name].count("\n") for name in sources)
    version = inquiry.setup.details.get("requires_python") or "of any version"
    lines = [
        f"[sources] {len(sources)} files, {number:,} lines; {len(hot)} with a share in the profile; Python {version}"
    ]
    for name, text in shown:
        lines += [f"=== {name}", *text.rstrip("\n").split("\n")]
    lines += [f"=== without room here (--characters N): {', '.join(left)}"] if left else []
    lines += [f"=== cold: {_outline(name, texts[name])}" for name in cold[:MOST_COLD]]
    lines += [f"=== cold: {len(cold) - MOST_COLD} more files"] if len(cold) > MOST_COLD else []
    lines += [f"=== tests: {_tests(texts)}"] if not (whole and rest) else []
    document: dict[str, Any] = {
        "schema_version": 1,
        "shown": [{"file": name, "text": text} for name, text in shown],
        "without_room": left,
        "cold": cold,
    }
    return Answer(lines, document)


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")


def _readme(path: Path) -> str:
    lines = _read(path).split("\n")
    rest = [f"… {len(lines) - README_LINES} more lines"] if len(lines) > README_LINES else []
    return "\n".join([*lines[:README_LINES], *rest])


def _heats(profile: dict[str, Any], tree: Path, project: Path) -> dict[str, dict[int, Heat]]:
    """File -> line of a function -> what the profile says of it; what was waited for counts as what held the loop."""
    found: dict[str, dict[int, Heat]] = {}
    heated = Heated(profile, tree, project)
    for path, row in heated.rows:
        if path.is_relative_to(tree):
            name = path.relative_to(tree).as_posix()
            found.setdefault(name, {})[row["line"]] = heated.at(path, row["function"], (row["line"], row["line"] + ALL))
    root = root_of(profile, tree, project)
    for wait in (profile.get("asyncio") or {}).get("waits") or []:
        for step in wait["chain"]:
            path = root / step["file"]
            rows = found.get(path.relative_to(tree).as_posix()) if path.is_relative_to(tree) else None
            if rows is not None:
                heat = rows.get(step["at"], Heat())
                rows[step["at"]] = heat._replace(blocked_ms=heat.blocked_ms + 1000 * wait["waited_s"])
    return found


def _weight(rows: dict[int, Heat]) -> float:
    return sum(heat.weight for heat in rows.values())


def _named_by(command: Iterable[str], texts: dict[str, str]) -> list[str]:
    """Files of the command that was profiled, when they are no source."""
    return [word for word in command if word in texts and paths.kind_of(word) != paths.SOURCE]


def _forms(text: str, rows: dict[int, Heat]) -> list[str]:
    """How a file may be shown: whole unless it is long, and by its top and the functions that the profile names."""
    lines = text.split("\n")
    whole = [text] if len(lines) <= WHOLE_LINES else []
    try:
        tree = ast.parse(text)
    except SyntaxError:  # of a later Python than the engine's
        return [text]
    spans = sorted(_spans(tree, rows))
    if not spans:
        return [text]
    first = min((node.lineno for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef))), default=1)  # fmt: skip
    parts = [f"# lines 1-{first - 1}", *lines[: first - 1]]
    for low, high in spans:
        parts += [f"# lines {low}-{high}", *lines[low - 1 : high]]
    return [*whole, "\n".join(parts)]


def _spans(tree: ast.Module, rows: dict[int, Heat]) -> Iterable[tuple[int, int]]:
    """First and last lines of the functions with a share, each with the head of the class it is in."""
    stack: list[tuple[ast.AST, ast.ClassDef | None]] = [(tree, None)]
    heads: set[tuple[int, int]] = set()
    while stack:
        node, owner = stack.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                low = min([child.lineno, *(one.lineno for one in child.decorator_list)])
                high = child.end_lineno or child.lineno
                if any(low <= line <= high and heat.weight >= COLD_WEIGHT / 5 for line, heat in rows.items()):
                    if owner is not None:
                        heads.add((owner.lineno, owner.body[0].lineno - 1))
                    yield low, high
                    continue
            stack.append((child, child if isinstance(child, ast.ClassDef) else owner))
    yield from ((low, max(low, high)) for low, high in heads)


def _within(parts: list[tuple[str, list[str]]], room: int) -> tuple[list[tuple[str, str]], list[str]]:
    """The files in their first form where all have room so, else in their last, and the names of those without room."""
    form = 0 if sum(len(forms[0]) for _, forms in parts) <= room else -1
    shown: list[tuple[str, str]] = []
    left: list[str] = []
    for name, forms in parts:
        if len(forms[form]) <= room or not shown:
            shown.append((name, forms[form]))
            room -= len(forms[form])
        else:
            left.append(name)
    return shown, left


def _outline(name: str, text: str) -> str:
    names = re.findall(r"^(?:async )?(?:def|class) (\w+)", text, re.MULTILINE)
    told = ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")
    return f"{name} ({text.count(chr(10))} lines){f': {told}' if told else ''}"


def _tests(texts: dict[str, str]) -> str:
    counted = [(name, len(TEST.findall(text))) for name, text in texts.items() if paths.kind_of(name) == paths.TEST]
    rows = [f"{name} ({number})" for name, number in counted if number]
    return (
        ", ".join(rows[:MOST_COLD]) + (f" and {len(rows) - MOST_COLD} more" if len(rows) > MOST_COLD else "") or "none"
    )
