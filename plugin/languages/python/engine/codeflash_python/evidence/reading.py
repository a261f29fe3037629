"""Which format a file has, and its reader."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem
from codeflash_python import lending
from codeflash_python.evidence import collapsed, cprofile, mojo, pprof, scalene, speedscope
from codeflash_python.evidence.model import Frame, Measure, Recording, Unreadable
from codeflash_python.tools import inside

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_agent.language import Inquiry

FORMATS = ("py-spy", "speedscope", "austin", "pprof", "cprofile", "memray", "scalene")
_MEMRAY, _LZ4 = (
    b"memray",
    b"\x04\x22\x4d\x18",
)  # memray packs its files by LZ4, in which the first bytes stand as they are
_MAGIC = (
    (mojo.MAGIC, "austin"),
    (pprof.GZIP, "pprof"),
    (pprof.ZSTD, "pprof"),
    *((first, "cprofile") for first in cprofile.DICTIONARY),
)
HEAD = 65536
_AUSTIN = re.compile(r"^(# austin:|# mode:|P-?\d+;T)", re.MULTILINE)
_PY_SPY = re.compile(r"\(.*\).* \d+\s*$", re.MULTILINE)


def read(inquiry: Inquiry, file: Path, wanted: str | None) -> tuple[str, Recording]:
    """The name of the format, and what the file holds.

    Raises:
        EnvironmentProblem: it cannot be read, or has no known format.
    """
    if wanted and wanted not in FORMATS:
        raise EnvironmentProblem(f"--format {wanted} is not known; there are {', '.join(FORMATS)}")
    try:
        data = file.read_bytes()
    except OSError as error:
        raise EnvironmentProblem(f"cannot read {file}: {error.strerror or error}") from error
    name = wanted or sniff(data)
    if not name:
        raise EnvironmentProblem(f"{file} has no format that is known here; say which by --format {'|'.join(FORMATS)}")
    try:
        recording = _memray(inquiry, file) if name == "memray" else parse(name, data)
    except Unreadable as error:
        raise EnvironmentProblem(f"{file} cannot be read as {name}: {error}") from error
    if not any(one and (one.stacks or one.flat) for one in (recording.time, recording.memory, recording.allocated)):
        raise EnvironmentProblem(f"{file} holds no samples; record for longer")
    return name, recording


def sniff(data: bytes) -> str:
    """The format by the first bytes; empty where none is known."""
    if data.startswith(_MEMRAY) or (data.startswith(_LZ4) and _MEMRAY in data[:64]):
        return "memray"
    for first, name in _MAGIC:
        if data.startswith(first) and not (name == "cprofile" and _json(data) is not None):
            return name
    return _sniff_text(data) or _sniff_plain_pprof(data)


def _sniff_text(data: bytes) -> str:
    if data.lstrip()[:1] == b"{":
        document = _json(data)
        if isinstance(document, dict):
            return "speedscope" if "shared" in document else "scalene" if "files" in document else ""
    try:
        head = data[:HEAD].decode("utf-8", "strict" if len(data) <= HEAD else "ignore")
    except UnicodeDecodeError:
        return ""
    if "\0" in head:
        return ""
    return "austin" if _AUSTIN.search(head) else "py-spy" if _PY_SPY.search(head) else ""


def _sniff_plain_pprof(data: bytes) -> str:
    try:
        pprof.read(data)
    except Unreadable:
        return ""
    return "pprof"


def parse(name: str, data: bytes) -> Recording:
    """The recording in a file of a format that needs no other interpreter.

    Raises:
        Unreadable: it is not of that format.
    """
    if name == "pprof":
        return pprof.read(data)
    if name == "cprofile":
        return cprofile.read(data)
    if name == "austin" and data.startswith(mojo.MAGIC):
        return mojo.read(data)
    if name in ("austin", "py-spy"):
        text = data.decode("utf-8", "replace")
        return collapsed.austin(text) if name == "austin" else collapsed.py_spy(text)
    document = _json(data)
    if not isinstance(document, dict):
        raise Unreadable("it is no JSON object")
    return speedscope.read(document) if name == "speedscope" else scalene.read(document)


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _memray(inquiry: Inquiry, file: Path) -> Recording:
    request = {"file": str(file.resolve()), "lent": ""}
    found = inside.ask(inquiry, "memray_file", request)
    if "missing" in found:
        lent, said = lending.folder(inquiry.setup)
        if said:
            inquiry.progress(said)
        found = inside.ask(inquiry, "memray_file", {**request, "lent": str(lent or "")})
    if "missing" in found:
        raise EnvironmentProblem(found["missing"])
    measure = Measure("memory at the peak", "bytes")
    for stack, size in found["rows"]:
        measure.add(tuple(Frame(*frame) for frame in stack), float(size))
    return Recording(f"memray {found['version']}", memory=measure)
