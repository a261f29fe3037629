"""Stacks as lines of text, `outer;inner amount`: py-spy's raw format and Austin's text."""

from __future__ import annotations

import re

from codeflash_python.evidence.model import Frame, Measure, Recording, Unreadable

_PY_SPY = re.compile(r"^(?P<name>.*) \((?P<file>.*?)(?::(?P<line>\d+))?\)$")
_PROCESS = re.compile(r"^(P-?\d+|T.*|process \d+.*|thread .*)$")
_MICROSECONDS = 1e6


def py_spy(text: str) -> Recording:
    """What `py-spy record --format raw` wrote; amounts are samples.

    Raises:
        Unreadable: a line has another form.
    """
    measure = Measure("samples of running threads", "samples")
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        stack, _, amount = line.rpartition(" ")
        frames = []
        for part in _parts(stack):
            if _PROCESS.match(part):
                continue
            found = _PY_SPY.match(part)
            if found is None:
                frames.append(Frame("", part))
            else:
                frames.append(Frame(found["file"], found["name"], int(found["line"] or 0)))
        measure.add(tuple(frames), _number(amount, number))
    return Recording("py-spy", time=measure)


def _parts(stack: str) -> list[str]:
    """The frames; a `;` within the parentheses of a frame is its own."""
    return re.split(r";(?![^(;]*\))", stack)


def austin(text: str) -> Recording:
    """What `austin` writes as text: amounts are microseconds, or bytes in memory mode.

    Raises:
        Unreadable: a line has another form.
    """
    about: dict[str, str] = {}
    measure = Measure("wall time of all threads", "seconds")
    memory = Measure("memory growth", "bytes")
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            key, _, value = line[1:].partition(":")
            about[key.strip()] = value.strip()
            continue
        if not line.strip():
            continue
        stack, _, amounts = line.rpartition(" ")
        frames = tuple(_austin_frame(part) for part in stack.split(";") if not _PROCESS.match(part))
        place(measure, memory, about.get("mode", "wall"), frames, [_number(one, number) for one in amounts.split(",")])
    return finish(measure, memory, about)


def place(measure: Measure, memory: Measure, mode: str, frames: tuple[Frame, ...], amounts: list[float]) -> None:
    """Count one of Austin's samples by the mode it ran in; in full mode it is time, idle, memory."""
    if mode == "memory":
        memory.add(frames, amounts[0])
        return
    if mode == "full" and len(amounts) == 3 and amounts[1]:
        return  # idle
    measure.add(frames, amounts[0] / _MICROSECONDS)
    if mode == "full":
        memory.add(frames, amounts[-1])


def finish(measure: Measure, memory: Measure, about: dict[str, str]) -> Recording:
    """The recording from Austin's samples and metadata."""
    if about.get("mode") in ("cpu", "full"):
        measure.what = "CPU time of running threads"
    return Recording(
        f"Austin {about.get('austin', '')}".strip(),
        time=measure if measure.stacks else None,
        memory=memory if memory.stacks else None,
    )


def _austin_frame(part: str) -> Frame:
    file, _, rest = part.partition(":") if part.startswith("<") else _drive(part)
    name, _, line = rest.rpartition(":")
    return Frame(file, name or rest, int(line) if line.isdigit() else 0)


def _drive(part: str) -> tuple[str, str, str]:
    """Split the file off; that of another system may begin with a drive."""
    if re.match(r"^[A-Za-z]:[\\/]", part):
        file, colon, rest = part[2:].partition(":")
        return part[:2] + file, colon, rest
    return part.partition(":")


def _number(text: str, line: int) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Unreadable(f"line {line} does not end in a number") from error
