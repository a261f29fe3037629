"""Whether a new callable gives what the old one gives, over the project's own files and edge cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import Answer
from codeflash_agent.storage.layout import Layout
from codeflash_python.detect import project_files
from codeflash_python.tools import edge_cases, inside

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.language import Inquiry

MOST_FILES = 5000


def answer(inquiry: Inquiry) -> Answer:
    """Call both with every input and show where they differ, the smallest difference first."""
    options = inquiry.options
    files = _corpus(inquiry)
    samples = [file.read_text(encoding="utf-8", errors="replace") for file in files[:50]]
    cases = (
        [*edge_cases.WRITTEN, *edge_cases.generated(samples, options["generate"])]
        if options["generate"]
        else list(edge_cases.WRITTEN)
    )
    if options.get("files_only"):
        cases = []
    request: dict[str, Any] = {
        "old": options["old"],
        "new": options["new"],
        "as": options["as"],
        "files": [str(file) for file in files],
        "cases": cases,
        "folders": [str(Layout(inquiry.project).bench)],  # it may keep the old callable beside the new
    }
    found = inside.ask(inquiry, "differ", request)
    document: dict[str, Any] = {"schema_version": 1, "files": len(files), "cases": len(cases), **found}
    # What the new path costs of the old one, which `library --cost` takes.
    document["cost"] = found["new_s"] / found["old_s"] if found["old_s"] else None
    return Answer(_lines(document, options["limit"]), document, found=bool(found["differences"]))


def _corpus(inquiry: Inquiry) -> list[Path]:
    """The files that the patterns name, or the project's own modules."""
    patterns = inquiry.options["corpus"]
    if not patterns:
        return [inquiry.tree / name for name in project_files.list_files(inquiry.tree) if name.endswith(".py")][
            :MOST_FILES
        ]
    found: list[Path] = []
    # The checkout has what git does not track, such as the environment's packages.
    for top in (inquiry.tree, inquiry.project):
        found = found or sorted({path for pattern in patterns for path in top.glob(pattern) if path.is_file()})
    if not found:
        raise EnvironmentProblem(
            f"no file matches {' '.join(patterns)} in {inquiry.tree} or {inquiry.project}; patterns are relative to them, as in"
            " 'tests/data/**/*.py'"
        )
    return found[:MOST_FILES]


def _lines(document: dict[str, Any], limit: int) -> list[str]:
    faster = document["old_s"] / document["new_s"] if document["new_s"] else 0.0
    different = document["differences"]
    lines = [
        f"[differ] {document['compared']} inputs ({document['files']} files, {document['cases']} edge cases): "
        + (f"{len(different)} differ" if different else "no difference")
        + f"; on {document['raised']} the old one raises; {document['old_s']:.3f} s old, {document['new_s']:.3f} s new ({faster:.2f} times as fast)"
    ]
    for one in different[:limit]:
        lines += [
            "",
            f"{one['name']}: {one['input'][:200]!r}",
            f"  old {one['old'][0]} {one['old'][1]}",
            f"  new {one['new'][0]} {one['new'][1]}",
        ]
    if len(different) > limit:
        lines += ["", f"… and {len(different) - limit} more; --limit {len(different)} or --json shows them"]
    return lines
