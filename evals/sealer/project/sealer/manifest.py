"""The manifest: what a vault holds, a line for each container, closed by a digest of all lines."""

from __future__ import annotations

import hashlib
from typing import Iterable, NamedTuple

HEAD = "sealer manifest 2"


class ManifestError(ValueError):
    """A text that is no whole manifest."""


class Entry(NamedTuple):
    """One file: its container's name in the vault, size of its content in bytes, digest in hex, and its own name."""

    container: str
    size: int
    digest: str
    name: str


def write(entries: Iterable[Entry]) -> str:
    """The manifest's text."""
    lines = [HEAD, *(f"{entry.container} {entry.size} {entry.digest} {entry.name}" for entry in entries)]
    body = "\n".join(lines) + "\n"
    return f"{body}sum {hashlib.sha256(body.encode()).hexdigest()}\n"


def read(text: str) -> list[Entry]:
    """The entries of a manifest.

    Raises:
        ManifestError: it is none, it was changed, or a line cannot be read.
    """
    body, _, last = text.removesuffix("\n").rpartition("\n")
    body += "\n"
    if not body.startswith(HEAD + "\n"):
        raise ManifestError("no manifest")
    if last != f"sum {hashlib.sha256(body.encode()).hexdigest()}":
        raise ManifestError("the manifest was changed")
    entries = []
    for line in body.splitlines()[1:]:
        container, size, digest, name = line.split(" ", 3)
        entries.append(Entry(container, int(size), digest, name))
    return entries
