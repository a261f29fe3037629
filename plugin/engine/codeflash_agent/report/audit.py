"""The last check of a page: no digit that is not a figure, no figure whose record is not on the page, no address."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

from codeflash_agent.errors import EnvironmentProblem

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
# f: a figure; q: somebody's words out of a record; m: a constant of the method; the rest is code or the records themselves.
FREE_CLASSES = frozenset(("f", "q", "m", "record"))
FREE_TAGS = frozenset(("code", "pre", "script", "style", "title"))
LOADS = ("src", "srcset", "data", "action", "formaction", "poster")


@dataclass
class _Page(HTMLParser):
    ids: set[str] = field(default_factory=set)
    targets: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    open: list[tuple[str, bool]] = field(default_factory=list)  # tag, and whether digits are free below it

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {key: value or "" for key, value in attrs}
        if "id" in about:
            self.ids.add(about["id"])
        classes = set(about.get("class", "").split())
        href = about.get("href", "")
        if "f" in classes:
            self.targets.append(unquote(href[1:]) if href.startswith("#") else "")
        if (href and not href.startswith("#")) or tag == "link":
            self.loads.append(href or tag)
        self.loads += [about[key] for key in LOADS if about.get(key)]
        if tag in VOID:
            return
        above = self.open[-1][1] if self.open else False
        self.open.append((tag, above or tag in FREE_TAGS or bool(classes & FREE_CLASSES)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if re.search(r"\d", data) and not (self.open and self.open[-1][1]):
            self.stray.append(" ".join(data.split()))


def audit(html: str) -> None:
    """Check a whole page.

    Raises:
        EnvironmentProblem: it shows a number without a record, links to a record that it does not hold, or loads something.
    """
    page = _Page()
    page.feed(html)
    page.close()
    problems = [f"a number without a record: {text[:80]!r}" for text in page.stray]
    problems += [f"a figure without its record on the page: {name!r}" for name in page.targets if name not in page.ids]
    problems += [f"something that is loaded from elsewhere: {address[:80]!r}" for address in page.loads]
    if problems:
        raise EnvironmentProblem(
            f"the report is not written, it holds {problems[0]} ({len(problems)} in all); report this"
        )
