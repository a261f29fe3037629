"""The export for the hydrologists: hourly levels, tab-separated, closed by a line with a check sum."""

from __future__ import annotations

import zlib
from typing import TextIO

from gaugebook.month import Month


def body(month: Month) -> list[str]:
    """The lines of the export without the last."""
    lines = [f"month\t{month.name}\n", "gauge\tmoment\tlevel\tclass\n"]
    for gauge in sorted(month.hourly):
        mark = month.marks.get(gauge, 0.0)
        for moment, level in month.hourly[gauge]:
            lines.append(f"{gauge}\t{moment.isoformat()}\t{level:.1f}\t{classify(level, mark)}\n")
    return lines


def classify(level: float, mark: float) -> str:
    """How a level stands to the gauge's mark."""
    if level > 1.2 * mark:
        return "flood"
    return "high" if level > mark else "usual"


def write(month: Month, target: TextIO) -> int:
    """Write the export; gives the number of characters written."""
    text = "".join(body(month))
    data = text.encode("utf-8")
    text += f"sum\t{zlib.crc32(data):08x}\t{len(data)}\n"
    target.write(text)
    return len(text)
