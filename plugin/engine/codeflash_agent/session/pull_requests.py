"""Prepared pull requests on disk: one file for each kept experiment."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from codeflash_agent.measure.model import Measurement
from codeflash_agent.storage import atomic, schemas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.session.records import Record
    from codeflash_agent.storage.layout import Layout

SCHEMA = 1
PREFIX = "deep/"
SLUG_LENGTH = 48
PREPARED = "prepared"
LEFT = "left"  # not prepared; `why` says why


@dataclass
class PullRequest:
    """One kept experiment as a branch of its own."""

    experiment: int
    title: str
    branch: str
    base: str  # commit that the branch starts from
    state: str = LEFT
    why: str = ""
    stacked_on: str = ""  # the branch that it needs; empty when it stands alone
    commit: str = ""
    files: tuple[str, ...] = ()
    tests_passed: int | None = None
    tests_failed: int | None = None
    measurement: Measurement | None = None
    url: str = ""  # where it was opened
    schema_version: int = SCHEMA

    def as_json(self) -> dict[str, Any]:
        """The document of one file."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> PullRequest:
        """The inverse of `as_json`; keys of later versions are ignored."""
        known = {key: value for key, value in document.items() if key in cls.__dataclass_fields__}
        known["files"] = tuple(known.get("files", ()))
        if known.get("measurement") is not None:
            known["measurement"] = Measurement.from_json(known["measurement"])
        return cls(**known)


def save(layout: Layout, one: PullRequest) -> None:
    """Write one, atomically."""
    atomic.write_json(layout.prs / f"{one.experiment:03d}.json", one.as_json())


def load_all(layout: Layout) -> list[PullRequest]:
    """All that were prepared or tried, in order of their experiments."""
    return [
        PullRequest.from_json(schemas.read(path, SCHEMA)) for path in sorted(layout.prs.glob("[0-9][0-9][0-9].json"))
    ]


def branches(kept: Sequence[Record]) -> dict[int, str]:
    """Experiment -> the name of its branch, from what its commit says; no two are the same."""
    names: dict[int, str] = {}
    for record in kept:
        slug = slug_of(record.description) or f"experiment-{record.number}"
        name = PREFIX + slug
        names[record.number] = f"{name}-{record.number}" if name in names.values() else name
    return names


def slug_of(text: str) -> str:
    """Words of a title as part of a branch's name: lower-case letters, digits and single dashes."""
    bare = re.sub(r"^\w+(\([^)]*\))?!?:\s*", "", text.strip().lower())
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
    if len(slug) <= SLUG_LENGTH:
        return slug
    return slug[:SLUG_LENGTH].rsplit("-", 1)[0].strip("-")
