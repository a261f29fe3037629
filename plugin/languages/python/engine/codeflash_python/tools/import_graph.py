"""The graph of what imports what, and what would not be loaded without one of its edges. Pure."""

from __future__ import annotations

from typing import Any

MIB = 1024 * 1024


class Graph:
    """One observed start.

    Attributes:
        self_s: module -> CPU seconds of its own.
        cumulative_s: the same with what it was the first to import.
        self_bytes: module -> resident bytes of its own.
        self_blocks: module -> blocks of the interpreter's allocator that it came with.
        files: module -> its file.
        cpu_s: of the whole process.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        """Read what the observed process left."""
        self.self_s: dict[str, float] = {}
        self.cumulative_s: dict[str, float] = {}
        self.self_bytes: dict[str, int] = {}
        self.files: dict[str, str] = {}
        self.first: dict[str, str] = {}
        self.self_blocks: dict[str, int] = {}
        for name, importer, own, cumulative, grown, _all, origin, made in document["loads"]:
            self.self_s[name] = max(0.0, own)
            self.cumulative_s[name] = cumulative
            self.self_bytes[name] = max(0, grown)
            self.self_blocks[name] = max(0, made)
            self.files[name] = origin
            self.first[name] = importer
        self.cpu_s = float(document["cpu_s"])
        self.teardown_s = float(document.get("teardown_s", 0.0))  # CPU seconds in which the interpreter takes all down
        self._edges: dict[str, set[str]] = {}
        for importer, name in document["edges"]:
            self._edges.setdefault(importer, set()).update(self._with_parents(name))
        for name, importer in self.first.items():
            self._edges.setdefault(importer, set()).update(self._with_parents(name))
            # A submodule cannot be without its package.
            self._edges.setdefault(name, set()).update(self._with_parents(name) - {name})

    @staticmethod
    def least(graphs: list[Graph]) -> Graph:
        """The graph with the least time in all: other processes only add to it.

        Minima of single modules would be too low: a pause of the collector falls on another module in every run, and so
        on none in the minima.
        """
        return min(graphs, key=lambda graph: graph.total)

    @property
    def total(self) -> float:
        """CPU seconds in all imports."""
        return sum(self.self_s.values())

    def _with_parents(self, name: str) -> set[str]:
        parts = name.split(".")
        return {".".join(parts[:count]) for count in range(1, len(parts) + 1)} & (self.self_s.keys() | {name})

    def resolve(self, package: str, statement: dict[str, Any]) -> set[str]:
        """The loaded modules that an import statement asks for."""
        base = statement["module"]
        if statement["level"]:
            parts = package.split(".")
            parts = parts[: len(parts) - statement["level"] + 1]
            base = ".".join([*parts, base] if base else parts)
        asked = (
            set(statement["names"])
            if statement["plain"]
            else {base, *(f"{base}.{name}" for name in statement["names"])}
        )
        return {one for name in asked for one in self._with_parents(name) if one in self.self_s}

    def reached(self, without: str = "", targets: frozenset[str] = frozenset()) -> set[str]:
        """Modules that are loaded from the program's own start on, leaving out the edges `without` → `targets`."""
        found: set[str] = set()
        stack = ["", "__main__"]
        while stack:
            name = stack.pop()
            if name in found:
                continue
            found.add(name)
            following = self._edges.get(name, set())
            stack.extend(following - targets if name == without else following)
        return found

    def saved(self, importer: str, targets: set[str]) -> set[str]:
        """Modules that would not be loaded if `importer` did not ask for `targets`."""
        if not targets:
            return set()
        # A package that holds the importer is there anyway.
        targets = targets - self._with_parents(importer)
        return (self.reached() - self.reached(importer, frozenset(targets))) & self.self_s.keys()

    def ending_s(self, modules: set[str]) -> float:
        """CPU seconds of the end that go to freeing what `modules` brought.

        By blocks: each is visited by the collector and freed, however large it is. By bytes where none are counted, as
        without the interpreter's own allocator. What the interpreter itself began with takes next to no time.
        """
        sizes = self.self_blocks if any(self.self_blocks.values()) else self.self_bytes
        return self.teardown_s * sum(sizes[one] for one in modules) / (sum(sizes.values()) or 1)

    def rows(self) -> list[dict[str, Any]]:
        """All modules in the order of their loading."""
        return [
            {
                "module": name,
                "imported_by": self.first[name],
                "self_s": self.self_s[name],
                "cumulative_s": self.cumulative_s[name],
                "self_bytes": self.self_bytes[name],
                "file": self.files[name],
            }
            for name in self.self_s
        ]

    def tree(self, depth: int, least_s: float) -> list[str]:
        """The tree by first importer, down to `depth`, without what takes less than `least_s`."""
        below: dict[str, list[str]] = {}
        for name, importer in self.first.items():
            below.setdefault(importer, []).append(name)
        lines: list[str] = []

        def show(importer: str, level: int) -> None:
            for name in sorted(below.get(importer, []), key=lambda one: -self.cumulative_s[one]):
                if self.cumulative_s[name] >= least_s and level < depth:
                    figures = f"{self.cumulative_s[name] * 1000:9.1f} ms {self.self_s[name] * 1000:7.1f} ms {self._memory(name, below):8.1f}"
                    lines.append(f"{figures}  {'  ' * level}{name}")
                    show(name, level + 1)

        show("", 0)
        return lines

    def _memory(self, name: str, below: dict[str, list[str]]) -> float:
        total, stack = 0, [name]
        while stack:
            one = stack.pop()
            total += self.self_bytes[one]
            stack.extend(below.get(one, []))
        return total / MIB
