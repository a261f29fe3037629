"""Where the page's figures come from: records by name, and figures that can only be made by looking one up.

A template cannot write a number of its own: it asks for record and path, gets a link to that row of the page's last
section, and the page is not built where there is no such row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.render.measurement import amount_text
from codeflash_agent.render.session import times
from codeflash_agent.render.visible import line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LEAF_LIMIT = 200  # characters of a leaf that the page's last section shows


class MissingFigure(EnvironmentProblem):
    """The page asks for a figure that no record holds."""


@dataclass(frozen=True)
class Source:
    """One record: `file` is what a person opens below .codeflash, `document` its figures."""

    name: str
    title: str
    file: str
    document: dict[str, Any]

    def rows(self) -> Iterator[tuple[str, str]]:
        """Every leaf as path and text, in the document's order."""
        yield from _leaves(self.document, "")


@dataclass
class Evidence:
    """All records of a page."""

    sources: dict[str, Source] = field(default_factory=dict)

    def add(self, name: str, title: str, file: str, document: dict[str, Any]) -> None:
        """Make a record known under `name`."""
        self.sources[name] = Source(name, title, file, document)

    def value(self, name: str, path: str) -> Any:
        """The figure at a path such as ``measurement/metrics/cpu_s/ratio``.

        Raises:
            MissingFigure: there is no such record, or nothing at that path.
        """
        source = self.sources.get(name)
        found: Any = source.document if source is not None else None
        for part in path.split("/"):
            if isinstance(found, list) and part.isdigit() and int(part) < len(found):
                found = found[int(part)]
            elif isinstance(found, dict) and part in found:
                found = found[part]
            else:
                raise MissingFigure(
                    f"the report is not written: it would show a figure that no record holds ({name}: {path}); "
                    "restore .codeflash, or report the missing record"
                )
        if isinstance(found, (dict, list)) or found is None:
            raise MissingFigure(f"the report is not written: {name}: {path} is no figure")
        return found

    def number(self, name: str, path: str) -> float:
        """The same as a number.

        Raises:
            MissingFigure: it is none.
        """
        found = self.value(name, path)
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not math.isfinite(found):
            raise MissingFigure(f"the report is not written: {name}: {path} is {found!r}, no number")
        return float(found)

    def figure(self, name: str, path: str, kind: str = "text", unit: str = "") -> Markup:
        """The figure as a link to its row."""
        text = line(str(self.value(name, path))) if kind == "text" else FORMATS[kind](self.number(name, path))
        title = f"{self.sources[name].file}: {path}"
        shown = f"{text}\u00a0{unit}" if unit else text
        return Markup('<a class="f" href="#{}" title="{}">{}</a>').format(quote(anchor(name, path)), title, shown)


def anchor(name: str, path: str) -> str:
    """The id of a row."""
    return f"{name}.{path}".replace(" ", "_")


def _share(share: float) -> str:
    return f"{share * 100:.1f}\u00a0%"


FORMATS: dict[str, Callable[[float], str]] = {
    "ratio": lambda number: f"{times(number)}\u00d7",
    "bound": times,
    "amount": amount_text,
    "share": _share,
    "percent": lambda number: f"{number:.1f}",
    "mib": lambda number: f"{number:.1f}",
    "seconds": lambda number: f"{number:.2f}",
    "ms": lambda number: f"{number:.0f}",
    "count": lambda number: f"{number:,.0f}",
    "confidence": lambda number: f"{number:.2f}",
}


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}/{key}" if path else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}/{number}")
    elif value not in (None, ""):
        yield path, line(str(value), LEAF_LIMIT)
