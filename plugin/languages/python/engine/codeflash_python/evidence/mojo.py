"""Austin's binary format, MOJO, of which versions 1 to 3 are known."""

from __future__ import annotations

from codeflash_python.evidence import collapsed
from codeflash_python.evidence.model import Frame, Measure, Recording, Unreadable

MAGIC = b"MOJ"
NEWEST = 3
METADATA, STACK, FRAME, INVALID, FRAME_REF, KERNEL, GC, IDLE, TIME, MEMORY, STRING, STRING_REF = range(1, 13)
UNKNOWN_STRING = 1


class _Bytes:
    """Reads the file's integers and strings one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, len(MAGIC)

    def integer(self) -> int:
        """Six bits and a sign, then seven bits a byte, the lowest first."""
        byte = self.data[self.at]
        self.at += 1
        number, shift, negative = byte & 0x3F, 6, byte & 0x40
        while byte & 0x80:
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
        return -number if negative else number

    def string(self) -> str:
        """Up to a zero byte."""
        end = self.data.index(0, self.at)
        text = self.data[self.at : end].decode("utf-8", "replace")
        self.at = end + 1
        return text


class _Sample:
    """The samples as they come: one ends where the next begins."""

    def __init__(self) -> None:
        self.time = Measure("wall time of all threads", "seconds")
        self.memory = Measure("memory growth", "bytes")
        self.about: dict[str, str] = {}
        self.begin()

    def begin(self) -> None:
        self.frames: list[Frame] = []
        self.amounts: list[float] = []
        self.idle = False

    def end(self) -> None:
        if self.amounts:
            mode = self.about.get("mode", "wall")
            amounts = self.amounts
            if mode == "full":
                amounts = [amounts[0], float(self.idle), amounts[-1]]
            collapsed.place(self.time, self.memory, mode, tuple(self.frames), amounts)
        self.begin()


def read(data: bytes) -> Recording:
    """What `austin -b` wrote. A file that was cut off is read up to there.

    Raises:
        Unreadable: it is of a later version, or broken.
    """
    source = _Bytes(data)
    sample = _Sample()
    notes = []
    try:
        version = source.integer()
        if version > NEWEST:
            raise Unreadable(
                f"MOJO version {version} is newer than {NEWEST}; convert it by `mojo2austin` (austin-python)"
            )
        _events(source, version, sample)
    except (IndexError, ValueError):
        notes.append("the file is cut off; what is before the cut was read")
    sample.end()
    recording = collapsed.finish(sample.time, sample.memory, sample.about)
    recording.notes += notes
    return recording


def _events(source: _Bytes, version: int, sample: _Sample) -> None:
    strings: dict[tuple[int, int], str] = {}
    frames: dict[tuple[int, int], Frame] = {}
    process = 0
    while source.at < len(source.data):
        event = source.data[source.at]
        source.at += 1
        if event == METADATA:
            key = source.string()
            sample.about[key] = source.string()
        elif event == STACK:
            sample.end()
            process = source.integer()
            if version >= 3:
                source.integer()  # the sub-interpreter
            source.string()  # the thread
        elif event == FRAME:
            key_, file, name, line = source.integer(), source.integer(), source.integer(), source.integer()
            if version >= 2:
                for _ in range(3):  # the end of the line and columns
                    source.integer()
            frames[process, key_] = Frame(strings.get((process, file), ""), strings.get((process, name), "?"), line)
        elif event == FRAME_REF:
            sample.frames.append(frames.get((process, source.integer()), Frame("", "?")))
        elif event == KERNEL:
            sample.frames.append(Frame("kernel", source.string()))
        elif event in (TIME, MEMORY):
            sample.amounts.append(float(source.integer()))
        elif event == STRING:
            key_ = source.integer()
            strings[process, key_] = source.string()
        elif event == STRING_REF:
            source.integer()
        elif event == IDLE:
            sample.idle = True
        elif event not in (INVALID, GC):
            raise Unreadable(f"there is an unknown event {event} at byte {source.at - 1}")
