"""Revenue by category, with the categories above it."""

from __future__ import annotations

from orderreport.model import Line


class Category:
    """A place in the shop's tree of categories."""

    def __init__(self, name: str, parent: Category | None = None) -> None:
        self.name = name
        self.parent = parent
        self.children: list[Category] = []
        if parent is not None:
            parent.children.append(self)

    def path(self) -> str:
        """The names from the top down to here."""
        names = [self.name]
        above = self.parent
        while above is not None:
            names.append(above.name)
            above = above.parent
        return " / ".join(reversed(names))


def branch(names: tuple[str, ...]) -> list[Category]:
    """The categories that `names` leads through, the top first."""
    places: list[Category] = []
    for name in names:
        places.append(Category(name, places[-1] if places else None))
    return places


def by_category(lines: list[Line]) -> dict[str, int]:
    """Euro cents under each category, what is sold in the categories below it included; sorted by path."""
    totals: dict[str, int] = {}
    for line in lines:
        for place in branch(line.category):
            path = place.path()
            totals[path] = totals.get(path, 0) + (line.euro_cents or 0)
    return dict(sorted(totals.items()))
