"""Which modules a module imports."""

from __future__ import annotations

from docindex.source import tree


def imports(text: str, name: str = "<text>") -> list[str]:
    """The dotted names of imported modules, sorted, each once; relative ones keep their dots.

    `from package import name` gives `package`: whether the name is a module is not known.

    Raises:
        Unreadable: the text is no Python.
    """
    found: set[str] = set()
    _visit(tree(text, name), found)
    return sorted(found)


def _visit(node, found: set[str]) -> None:
    for child in getattr(node, "children", ()):
        if child.type == "import_name":
            found.update(".".join(part.value for part in path) for path in child.get_paths())
        elif child.type == "import_from":
            names = ".".join(part.value for part in child.get_from_names())
            found.add("." * child.level + names)
        else:
            _visit(child, found)
