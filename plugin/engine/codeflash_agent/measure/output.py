"""Reading what a benchmark printed, however much it is: metrics out of it, and a digest to compare two sides by."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeflash_agent.measure import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from codeflash_agent.measure.model import Value

CHUNK = 1 << 20
LONG_LINE = 1 << 16  # of a longer line without a newline, only this much is looked at together
MASKED_BYTES = 2 << 20  # masking is slower than hashing; output beyond this is compared as it is
MAX_NOTES = 5
_MARKER = metrics.MARKER.encode()
# What differs from run to run although the program did the same: durations, addresses.
_VARYING = re.compile(
    rb"0x[0-9a-fA-F]{4,}"
    rb"|\b\d+(?:\.\d+)?(?:e[-+]?\d+)?\s?(?:seconds?|secs?|minutes?|milliseconds?|ms|us|\xc2\xb5s|ns|s)\b"
    rb"|\b\d+:\d\d:\d\d(?:\.\d+)?\b"
)


@dataclass(frozen=True)
class Reading:
    """What one run printed."""

    values: dict[str, Value]  # by metric
    notes: list[str]  # on metric lines that could not be read
    digest: str  # of what is left without metric lines


def read(path: Path, *, own: Sequence[str] = (), ignore: Sequence[str] = ()) -> Reading:
    """Read a captured standard output in one pass and constant memory.

    The digest leaves metric lines out, and masks durations, clock times, addresses and the paths in `own`, which
    differ between runs and sides of a program that prints the same.

    Args:
        path: the captured output.
        own: paths that belong to this side or this run alone.
        ignore: regular expressions, of lines in UTF-8, whose matches are left out of the digest too.
    """
    patterns = [re.compile(pattern.encode(), re.MULTILINE) for pattern in ignore]
    found: list[tuple[str, Value]] = []
    notes: list[str] = []
    digest = hashlib.blake2b(digest_size=16)
    places = [place.encode("utf-8", "surrogateescape") for place in sorted(own, key=len, reverse=True)]
    done = 0
    with path.open("rb") as file:
        for block in _blocks(file):
            plain = block
            if _MARKER in block:
                plain = b"".join(_take_metrics(line, found, notes) for line in block.splitlines(keepends=True))
            for pattern in patterns:
                plain = pattern.sub(b"~", plain)
            if done < MASKED_BYTES:
                plain = _VARYING.sub(b"~", plain)
            for place in places:
                plain = plain.replace(place, b"~")
            done += len(block)
            digest.update(plain)
    if len(notes) > MAX_NOTES:
        notes[MAX_NOTES:] = [f"{len(notes) - MAX_NOTES} more metric lines could not be read"]
    return Reading(metrics.combine(found), notes, digest.hexdigest())


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The file in pieces that end at the end of a line, unless a line is too long for that."""
    rest = b""
    while chunk := file.read(CHUNK):
        head, newline, tail = chunk.rpartition(b"\n")
        if newline:
            yield rest + head + newline
            rest = tail
        else:
            rest += tail
        if len(rest) > LONG_LINE:
            yield rest
            rest = b""
    if rest:
        yield rest


def _take_metrics(line: bytes, found: list[tuple[str, Value]], notes: list[str]) -> bytes:
    """Note the metric in `line` and give back the line without it.

    The marker may stand after other text: a test runner's progress dots often share its line.
    """
    before, marker, after = line.partition(_MARKER)
    if not marker:
        return line
    try:
        found.append(metrics.parse((marker + after).decode("utf-8", "replace")))
    except metrics.BadMetric as error:
        notes.append(f"metric line ignored: {error}")
    return before


def last_line(path: Path, *, limit: int = 300) -> str:
    """The last line of a captured stream that is not blank, cut to `limit` characters."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 8192))
        lines = [line.strip() for line in file.read().decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line]
    return lines[-1][:limit] if lines else ""
