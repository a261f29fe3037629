"""Scalene's JSON: percent of the run by line and function, without stacks."""

from __future__ import annotations

from typing import Any

from codeflash_python.evidence.model import Flat, Frame, Measure, Recording, Unreadable

CPU = ("n_cpu_percent_python", "n_cpu_percent_c", "n_sys_percent")
MIB = 1024 * 1024


def read(document: dict[str, Any]) -> Recording:
    """What `scalene run` saved.

    Raises:
        Unreadable: it has another form.
    """
    time = Measure("time in Python, C and system, of the run", "percent")
    memory = Measure("memory at the peak", "bytes")
    try:
        for file, about in document["files"].items():
            for row in about["lines"]:
                frame = Frame(file, "", int(row["lineno"]))
                spent = sum(float(row[name]) for name in CPU)
                if spent > 0:
                    time.flat.append(Flat(frame, spent, None))
                if float(row.get("n_peak_mb") or 0.0) > 0:
                    memory.flat.append(Flat(frame, float(row["n_peak_mb"]) * MIB, None))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Unreadable(f"it lacks what Scalene writes ({type(error).__name__}: {error})") from error
    return Recording(
        "Scalene",
        time=time,
        memory=memory if memory.flat else None,
        notes=["Scalene counts lines of the profiled program alone; there are no cumulative shares"],
    )
