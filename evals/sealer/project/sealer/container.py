"""The container of one file.

    offset  size  what
    0       4     SEAL
    4       2     version of the format, big-endian
    6       2     length of the name in bytes, big-endian
    8       8     length of the content in bytes, big-endian
    16      32    SHA-256 of the content
    48      n     name, UTF-8
    48 + n  rest  the content, one zlib stream of level 9
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import NamedTuple

MAGIC = b"SEAL"
VERSION = 2
HEADER = struct.Struct(">4sHHQ32s")
LEVEL = 9
LONGEST_NAME = 0xFFFF


class Broken(ValueError):
    """Bytes that are no whole container; the text says why."""


class Sealed(NamedTuple):
    """What a container holds; `digest` is the SHA-256 of `content`."""

    name: str
    content: bytes
    digest: bytes


def pack(name: str, content: bytes) -> bytes:
    """The container of one file; the same for the same name and content.

    Raises:
        ValueError: the name does not fit.
    """
    label = name.encode("utf-8")
    if not label or len(label) > LONGEST_NAME:
        raise ValueError(f"a name of {len(label)} bytes")
    header = HEADER.pack(MAGIC, VERSION, len(label), len(content), hashlib.sha256(content).digest())
    return b"".join((header, label, zlib.compress(content, LEVEL)))


def digest_of(data: bytes) -> bytes:
    """The SHA-256 of the content of a container, as its header says."""
    digest: bytes = HEADER.unpack_from(data)[4]
    return digest


def unpack(data: bytes) -> Sealed:
    """The file in a container.

    Raises:
        Broken: it is no container, another version's, cut off, or its content was changed.
    """
    if len(data) < HEADER.size:
        raise Broken("cut off in the header")
    magic, version, label_size, size, digest = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise Broken("no container")
    if version != VERSION:
        raise Broken(f"version {version}, not {VERSION}")
    start = HEADER.size + label_size
    if len(data) < start:
        raise Broken("cut off in the name")
    try:
        name = data[HEADER.size : start].decode("utf-8")
    except UnicodeDecodeError:
        raise Broken("the name is no text") from None
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(data[start:], size + 1)
    except zlib.error as error:
        raise Broken(f"content: {error}") from None
    if len(content) != size or not stream.eof or stream.unused_data:
        raise Broken("content of another length")
    if hashlib.sha256(content).digest() != digest:
        raise Broken("content was changed")
    return Sealed(name, content, digest)
