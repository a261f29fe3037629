"""speedscope's JSON, as py-spy and others write it."""

from __future__ import annotations

from typing import Any

from codeflash_python.evidence.model import Frame, Measure, Recording, Unreadable

SECONDS = {"nanoseconds": 1e-9, "microseconds": 1e-6, "milliseconds": 1e-3, "seconds": 1.0}


def read(document: dict[str, Any]) -> Recording:
    """All profiles of a file, which are threads, added up.

    Raises:
        Unreadable: it has another form.
    """
    try:
        frames = [
            Frame(one.get("file") or "", one.get("name") or "?", int(one.get("line") or 0))
            for one in document["shared"]["frames"]
        ]
        profiles = document["profiles"]
        unit = next((one["unit"] for one in profiles), "none")
        name = "bytes" if unit == "bytes" else "seconds" if unit in SECONDS else "samples"
        what = "memory" if name == "bytes" else "time" if name == "seconds" else "samples"
        measure = Measure(what, name)
        for one in profiles:
            if one["unit"] != unit:
                continue
            factor = SECONDS.get(unit, 1.0)
            if one["type"] == "sampled":
                for stack, weight in zip(one["samples"], one["weights"]):
                    measure.add(tuple(frames[index] for index in stack), weight * factor)
            else:
                _evented(one["events"], frames, factor, measure)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        raise Unreadable(f"it lacks what speedscope's format has ({type(error).__name__}: {error})") from error
    tool = str(document.get("exporter") or "a tool that writes speedscope").replace("@", " ")
    if name == "bytes":
        return Recording(tool, memory=measure)
    return Recording(tool, time=measure)


def _evented(events: list[dict[str, Any]], frames: list[Frame], factor: float, measure: Measure) -> None:
    stack: list[Frame] = []
    before = 0.0
    for event in events:
        measure.add(tuple(stack), (event["at"] - before) * factor)
        before = event["at"]
        if event["type"] == "O":
            stack.append(frames[event["frame"]])
        elif stack:
            stack.pop()
