"""The index of a folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from docindex.imports import imports
from docindex.outline import Entry, outline
from docindex.source import Unreadable, read


@dataclass
class Index:
    """What was found in a folder; modules by their dotted names.

    Attributes:
        unreadable: module to why.
    """

    outlines: dict[str, list[Entry]] = field(default_factory=dict)
    imports: dict[str, list[str]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)

    def importers(self, module: str) -> list[str]:
        """The modules that import `module`, sorted."""
        return sorted(name for name, wanted in self.imports.items() if module in wanted)

    def undocumented(self) -> list[str]:
        """Public classes and functions without documentation, as module:name."""
        return [
            f"{module}:{entry.name}"
            for module, entries in sorted(self.outlines.items())
            for entry in entries
            if not entry.summary and not any(part.startswith("_") for part in entry.name.split("."))
        ]


def module_name(path: Path, folder: Path) -> str:
    """`pkg/mod.py` is pkg.mod, `pkg/__init__.py` is pkg."""
    parts = list(path.relative_to(folder).with_suffix("").parts)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def build(folder: Path) -> Index:
    """The index of all modules below `folder`."""
    index = Index()
    for path in sorted(folder.rglob("*.py")):
        name = module_name(path, folder)
        try:
            text = read(path)
            index.outlines[name] = outline(text, path.name)
            index.imports[name] = imports(text, path.name)
        except Unreadable as error:
            index.outlines.pop(name, None)
            index.unreadable[name] = str(error)
    return index
