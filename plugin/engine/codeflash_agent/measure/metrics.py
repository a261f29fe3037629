"""The lines by which a benchmark reports figures of its own: `codeflash-metric p99_ms=12.3 unit=ms better=lower`."""

from __future__ import annotations

import math
import re

from codeflash_agent.measure.model import HIGHER, LOWER, Value

MARKER = "codeflash-metric"
RESERVED = ("wall_s", "cpu_s", "rss_mib", "gc_s")
_NAME = re.compile(r"[A-Za-z_][\w.\-/%]*\Z")
_FIELD = re.compile(r"([^\s=]+)=(\S*)")
# Endings that state the unit in the name, so that `unit=` need not be written.
_UNITS = {"s": "s", "ms": "ms", "us": "us", "ns": "ns", "mib": "MiB", "kib": "KiB", "bytes": "bytes"}


class BadMetric(ValueError):
    """A metric line that cannot be read; the text says what is wrong with it."""


def parse(line: str) -> tuple[str, Value]:
    """Read one metric line, from the marker on.

    Args:
        line: such as ``codeflash-metric p99_ms=12.3 better=lower``; `unit` defaults to the name's ending where that is
            a unit (`_ms`), `better` to `lower`.

    Returns:
        The metric's name and its value.

    Raises:
        BadMetric: the line is not of this form.
    """
    fields = line.partition(MARKER)[2].split()
    pairs = [_FIELD.fullmatch(field) for field in fields]
    if not pairs or any(pair is None for pair in pairs):
        raise BadMetric(f"expected `{MARKER} name=value [unit=…] [better=lower|higher]`, got {line.strip()!r:.120}")
    (name, text), *options = [(pair.group(1), pair.group(2)) for pair in pairs if pair]
    if not _NAME.match(name) or name in ("unit", "better"):
        raise BadMetric(f"{name!r:.60} is no name for a metric")
    if name in RESERVED:
        raise BadMetric(f"{name} is measured from outside; give the benchmark's own figure another name")
    try:
        amount = float(text)
    except ValueError:
        raise BadMetric(f"the value of {name} is no number: {text!r:.60}") from None
    if not math.isfinite(amount):
        raise BadMetric(f"the value of {name} is not finite: {text}")
    known = {"unit": _UNITS.get(name.rpartition("_")[2].lower(), "") if "_" in name else "", "better": LOWER}
    for key, value in options:
        if key not in known:
            raise BadMetric(f"{key!r:.60} is neither `unit` nor `better` (metric {name}; one metric a line)")
        known[key] = value
    if known["better"] not in (LOWER, HIGHER):
        raise BadMetric(f"better={known['better']!s:.60} of {name} is neither `lower` nor `higher`")
    return name, Value(amount, known["unit"], known["better"])


def combine(values: list[tuple[str, Value]]) -> dict[str, Value]:
    """One value for each name; lines that repeat a name are repetitions, of which the best counts.

    The best of several repetitions in one process is the one that was disturbed least.
    """
    best: dict[str, Value] = {}
    for name, value in values:
        known = best.get(name)
        higher = value.better == HIGHER
        if known is None or (value.amount > known.amount if higher else value.amount < known.amount):
            best[name] = value
    return best
