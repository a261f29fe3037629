"""pprof's `profile.proto`, as Pyroscope, Parca and Datadog export it: plain, in gzip or in zstd.

A small reader of the wire format: the messages are few and fixed, and a library for them would bring a generated module
and a runtime that must fit each other.
"""

from __future__ import annotations

import gzip
import importlib
import zlib
from typing import TYPE_CHECKING

from codeflash_python.evidence.model import Frame, Measure, Recording, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
MOST_BYTES = 1 << 30
# Names of sample types, the best first: of each kind the first one that has values is read.
TIME_TYPES = ("cpu", "cpu-time", "process_cpu", "wall", "wall-time", "cpu-samples", "wall-samples", "samples", "sample")
MEMORY_TYPES = ("heap-space", "inuse_space", "space")
ALLOCATED_TYPES = ("alloc-space", "alloc_space")
UNITS = {"nanoseconds": ("seconds", 1e-9), "microseconds": ("seconds", 1e-6), "milliseconds": ("seconds", 1e-3),
         "seconds": ("seconds", 1.0), "bytes": ("bytes", 1.0), "count": ("samples", 1.0)}  # fmt: skip


def unpack(data: bytes) -> bytes:
    """Undo the compression.

    Raises:
        Unreadable: it is broken, or needs a library that is not here.
    """
    try:
        if data.startswith(GZIP):
            return gzip.decompress(data)
        if data.startswith(ZSTD):
            return _zstd(data)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"its compression is broken ({error})") from error
    return data


def _zstd(data: bytes) -> bytes:
    try:
        library = importlib.import_module("zstandard")
    except ImportError as error:
        raise Unreadable("it is compressed by zstd; undo that first (`zstd -d FILE`)") from error
    try:
        return bytes(library.ZstdDecompressor().decompressobj().decompress(data))
    except library.ZstdError as error:
        raise Unreadable(f"its compression is broken ({error})") from error


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """`(number, value)` of each field of a protobuf message: integers as they are, the rest as bytes.

    Raises:
        Unreadable: it is no such message.
    """
    at, end = 0, len(data)
    try:
        while at < end:
            key, at = _varint(data, at)
            number, kind = key >> 3, key & 7
            if number == 0:
                raise Unreadable("it is no protobuf message")
            if kind == 0:
                value, at = _varint(data, at)
                yield number, value
                continue
            size = 8 if kind == 1 else 4
            if kind == 2:
                size, at = _varint(data, at)
            elif kind not in (1, 5):
                raise Unreadable("it is no protobuf message")
            if at + size > end:
                raise Unreadable("it is cut off, or no protobuf message")
            yield number, data[at : at + size]
            at += size
    except IndexError as error:
        raise Unreadable("it is cut off, or no protobuf message") from error


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return number, at
        shift += 7


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number


def _integers(value: int | bytes) -> list[int]:
    """A repeated integer, packed or alone."""
    if isinstance(value, int):
        return [value]
    found, at = [], 0
    while at < len(value):
        number, at = _varint(value, at)
        found.append(number)
    return found


def _message(value: int | bytes) -> dict[int, int]:
    """The integers of a flat message by field."""
    if isinstance(value, int):
        raise Unreadable("it is no pprof profile")
    return {number: one for number, one in fields(value) if isinstance(one, int)}


def read(data: bytes) -> Recording:
    """A profile; `data` is as it was exported.

    Raises:
        Unreadable: it is none.
    """
    strings: list[str] = []
    types: list[dict[int, int]] = []
    samples: list[bytes] = []
    locations: dict[int, list[tuple[int, int]]] = {}  # -> (function, line), innermost first
    functions: dict[int, dict[int, int]] = {}
    for number, value in fields(unpack(data)):
        if number == 6 and isinstance(value, bytes):
            strings.append(value.decode("utf-8", "replace"))
        elif number == 1:
            types.append(_message(value))
        elif number == 2 and isinstance(value, bytes):
            samples.append(value)
        elif number == 4 and isinstance(value, bytes):
            identity, lines = _location(value)
            locations[identity] = lines
        elif number == 5:
            function = _message(value)
            functions[function.get(1, 0)] = function
    if not strings or not types:
        raise Unreadable("it is no pprof profile: it has no sample types")
    try:
        return _recording(strings, types, samples, locations, functions)
    except IndexError as error:
        raise Unreadable("it is no pprof profile: its string table is too short") from error


def _location(value: bytes) -> tuple[int, list[tuple[int, int]]]:
    identity, lines = 0, []
    for number, one in fields(value):
        if number == 1 and isinstance(one, int):
            identity = one
        elif number == 4:
            line = _message(one)
            lines.append((line.get(1, 0), _signed(line.get(2, 0))))
    return identity, lines


def _recording(
    strings: list[str],
    types: list[dict[int, int]],
    samples: list[bytes],
    locations: dict[int, list[tuple[int, int]]],
    functions: dict[int, dict[int, int]],
) -> Recording:
    frames: dict[tuple[int, int], Frame] = {}

    def frame(function: int, line: int) -> Frame:
        if (function, line) not in frames:
            one = functions.get(function, {})
            frames[function, line] = Frame(strings[one.get(4, 0)], strings[one.get(2, 0)] or "?", line, one.get(5, 0))
        return frames[function, line]

    rows: list[tuple[tuple[Frame, ...], list[int]]] = []
    for sample in samples:
        places: list[int] = []
        values: list[int] = []
        for number, value in fields(sample):
            if number == 1:
                places += _integers(value)
            elif number == 2:
                values += [_signed(one) for one in _integers(value)]
        stack = [frame(*line) for place in places for line in locations.get(place, ())]
        rows.append((tuple(reversed(stack)), values))
    kinds = [(strings[one.get(1, 0)], strings[one.get(2, 0)]) for one in types]
    time, memory, allocated = (_chosen(rows, kinds, names) for names in (TIME_TYPES, MEMORY_TYPES, ALLOCATED_TYPES))
    there = [
        kind for index, (kind, _) in enumerate(kinds) if any(values[index : index + 1] > [0] for _, values in rows)
    ]
    notes = [f"sample types with values: {', '.join(there) or 'none'}"]
    if time is None and memory is None and allocated is None:
        raise Unreadable(f"none of its sample types is time or memory; {notes[0]}")
    return Recording("pprof", time=time, memory=memory, allocated=allocated, notes=notes)


def _chosen(
    rows: list[tuple[tuple[Frame, ...], list[int]]], kinds: list[tuple[str, str]], names: tuple[str, ...]
) -> Measure | None:
    for name in names:
        for index, (kind, unit) in enumerate(kinds):
            if kind.lower() != name or not any(values[index] > 0 for _, values in rows if index < len(values)):
                continue
            shown, factor = UNITS.get(unit, ("samples", 1.0))
            measure = Measure(f"sample type {kind}", shown)
            for stack, values in rows:
                if index < len(values):
                    measure.add(stack, values[index] * factor)
            return measure
    return None
