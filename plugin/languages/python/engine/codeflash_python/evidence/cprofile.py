"""cProfile's `.prof`, which is a marshalled dictionary."""

from __future__ import annotations

import marshal
from typing import Any

from codeflash_python.evidence.model import Flat, Frame, Measure, Recording, Unreadable

DICTIONARY = (b"{", b"\xfb")  # marshal's code, with and without the mark of a reference
NOTE = "cProfile weighs each call: functions that are called often look dearer than they are"


def read(data: bytes) -> Recording:
    """What `python -m cProfile -o FILE` wrote.

    Raises:
        Unreadable: it is none.
    """
    if not data.startswith(DICTIONARY):
        raise Unreadable("it is no file of cProfile")  # marshal would take any length in it for true
    try:
        # Marshal makes plain values only; no code of the file's is run.
        stats: Any = marshal.loads(data)  # noqa: S302
        measure = Measure("wall time, by cProfile's clock", "seconds")
        for key, (_, _, own, cumulative, callers) in stats.items():
            through = {_frame(caller): float(row[3]) for caller, row in callers.items()}
            measure.flat.append(Flat(_frame(key), float(own), float(cumulative), through))
    except (ValueError, EOFError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(f"it is no file of cProfile ({type(error).__name__})") from error
    return Recording("cProfile", time=measure, notes=[NOTE])


def _frame(key: tuple[str, int, str]) -> Frame:
    file, line, name = key
    return Frame("" if file == "~" else file, name, line, line)
