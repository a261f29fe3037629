"""Memory of one callable: live and peak bytes line by line of its body, and what is left over by each of many calls."""

from __future__ import annotations

import asyncio
import gc
import inspect
import json
import linecache
import os
import sys
import tracemalloc
from collections import Counter
from typing import TYPE_CHECKING, Any

from codeflash_inside.calling import Unusable, load, maker

if TYPE_CHECKING:
    from collections.abc import Callable

WARM = 3  # calls before the count begins: caches and lazy imports fill once
FRAMES = 6
LEAST_BYTES = 64  # per call and place; an int that grows by a digit is no leak
LEAST_RESIDENT = 32 * 1024  # per call; what no allocator hook sees shows only in pages
MOST_ROWS = 12


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Stages of one call, then growth over `repeats` calls, then objects by type."""
    try:
        function = load(request["callable"])
        make = maker(request.get("input"), request["callable"])
    except Unusable as problem:
        return {"problem": str(problem)}
    arguments: Callable[[], tuple[Any, ...]] = (lambda: make(request["size"])) if request.get("input") else tuple
    loop = asyncio.new_event_loop()
    try:
        stages = _stages(function, arguments, loop)
        growth = _growth(function, arguments, loop, request["repeats"])
    except Exception as error:  # noqa: BLE001 - the user's callable may raise anything
        return {"problem": f"{request['callable']} raised {type(error).__name__}: {error}; check --input"}
    finally:
        loop.close()
    return {"stages": stages, "growth": growth, "types": _types()}


def _call(function: Callable[..., Any], arguments: tuple[Any, ...], loop: asyncio.AbstractEventLoop) -> None:
    result = function(*arguments)
    if inspect.iscoroutine(result):
        loop.run_until_complete(result)


def _stages(function: Callable[..., Any], arguments: Callable[[], tuple[Any, ...]], loop: Any) -> list[dict[str, Any]]:
    """What each line of the body leaves alive and needs at its peak; a loop's lines are added up."""
    code = inspect.unwrap(function).__code__ if hasattr(inspect.unwrap(function), "__code__") else None
    if code is None:
        return []
    rows: dict[int, list[int]] = {}
    last: list[int] = [0, 0]

    def note() -> None:
        line, before = last
        if line:
            now, peak = tracemalloc.get_traced_memory()
            row = rows.setdefault(line, [0, 0, 0])
            row[0] += now - before
            row[1] = max(row[1], peak)
            row[2] += 1
        tracemalloc.reset_peak()

    def in_body(frame: Any, event: str, _argument: Any) -> Any:
        note()
        last[0], last[1] = (frame.f_lineno if event == "line" else 0), tracemalloc.get_traced_memory()[0]
        return in_body

    def entered(frame: Any, event: str, _argument: Any) -> Any:
        return in_body if event == "call" and frame.f_code is code else None

    given = arguments()
    gc.collect()
    tracemalloc.start()
    if not hasattr(tracemalloc, "reset_peak"):  # 3.9 has it; nothing older is supported
        return []
    start = tracemalloc.get_traced_memory()[0]
    sys.settrace(entered)
    try:
        _call(function, given, loop)
    finally:
        sys.settrace(None)
        tracemalloc.stop()
    return [
        {
            "file": code.co_filename,
            "line": line,
            "live_bytes": row[0],
            "peak_bytes": row[1] - start,
            "times": row[2],
            "source": linecache.getline(code.co_filename, line).strip(),
        }
        for line, row in sorted(rows.items())
    ]


def _growth(
    function: Callable[..., Any], arguments: Callable[[], tuple[Any, ...]], loop: Any, repeats: int
) -> dict[str, Any]:
    """What grows from call to call, by every call of the second half."""
    for _ in range(WARM):
        _call(function, arguments(), loop)
    tracemalloc.start(FRAMES)
    # As text: dictionaries that are kept here would be objects that every call leaves.
    noted: list[str] = []
    counted: list[str] = []
    live: list[int] = []
    resident: list[int] = []
    own = tracemalloc.Filter(inclusive=False, filename_pattern=__file__)
    mine = tracemalloc.Filter(inclusive=False, filename_pattern=tracemalloc.__file__)
    half = repeats // 2
    for number in range(repeats):
        _call(function, arguments(), loop)
        if number < half - 1:
            continue
        gc.collect()
        gc.collect()
        snapshot = tracemalloc.take_snapshot().filter_traces((own, mine))
        statistics = {_written(one.traceback): one.size for one in snapshot.statistics("traceback")}
        live.append(sum(statistics.values()))
        noted.append(json.dumps(statistics))
        del snapshot, statistics  # or its tuples would be counted, more of them with each leak
        counted.append(json.dumps(Counter(_name(type(one)) for one in gc.get_objects())))
    tracemalloc.stop()
    # The first look makes what later ones only use again.
    sizes: list[dict[str, int]] = [json.loads(text) for text in noted[1:]]
    counts: list[dict[str, int]] = [json.loads(text) for text in counted[1:]]
    live = live[1:]
    places = []
    for place in sizes[-1]:
        if _is_ours(place):
            continue
        series = [one.get(place, 0) for one in sizes]
        per_call = (series[-1] - series[0]) / (len(series) - 1)
        # A container that doubles now and then stands still between: it has to grow over the whole, and never shrink.
        steps = [b - a for a, b in zip(series, series[1:])]
        if per_call >= LEAST_BYTES and min(steps) >= 0 and sum(step > 0 for step in steps) >= max(2, len(steps) * 0.6):
            places.append(
                {
                    "bytes_per_call": per_call,
                    "traceback": [frame for frame in place.splitlines() if frame.rpartition(":")[0] not in _FILES],
                }
            )
    kinds: list[dict[str, Any]] = []
    for name in counts[-1]:
        series = [one.get(name, 0) for one in counts]
        steps = [b - a for a, b in zip(series, series[1:])]
        if min(steps) > 0 and not name.startswith("tracemalloc."):
            kinds.append({"type": name, "per_call": (series[-1] - series[0]) / len(steps)})
    # Apart, for what is recorded above takes pages itself.
    for _ in range(half + 1):
        _call(function, arguments(), loop)
        resident.append(_resident())
    pages = [b - a for a, b in zip(resident, resident[1:])]
    per_page = (resident[-1] - resident[0]) / len(pages)
    hidden = per_page - max(0.0, (live[-1] - live[0]) / (len(live) - 1))
    grows = sum(step > 0 for step in pages) >= len(pages) * 0.8
    return {
        "calls": repeats,
        "live_bytes": live,
        "resident_bytes": resident,
        "places": sorted(places, key=lambda one: -float(str(one["bytes_per_call"])))[:MOST_ROWS],
        "types": sorted(kinds, key=lambda one: -float(str(one["per_call"])))[:MOST_ROWS],
        "hidden_bytes_per_call": hidden if grows and hidden >= LEAST_RESIDENT else 0.0,
    }


# Frames of these call the user's code; what leaks is not theirs.
_FILES = {os.path.join(os.path.dirname(__file__), name) for name in ("__main__.py", "calling.py", "stages.py")}


def _written(traceback: Any) -> str:
    """A line `file:line` for each frame, the innermost first."""
    return "\n".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(traceback))


def _is_ours(place: str) -> bool:
    """Whether the recording made it: the nearest frame of this file is not the one that calls the user's code."""
    first = _call.__code__.co_firstlineno
    for frame in place.splitlines():
        file, _, line = frame.rpartition(":")
        if file == __file__:
            return not first < int(line) <= first + 4
    return False


def _name(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _resident() -> int:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _types() -> list[dict[str, Any]]:
    """Live objects of classes that are written in the language, the most memory first."""
    found: dict[type, list[int]] = {}
    for one in gc.get_objects():
        kind = type(one)
        if kind.__flags__ & (1 << 9):  # made by a class statement
            row = found.setdefault(kind, [0, 0, 0])
            row[0] += 1
            row[1] += object.__sizeof__(one)
            if kind.__dictoffset__:
                row[2] += 1
    rows = [
        {
            "type": _name(kind),
            "count": row[0],
            "bytes": row[1],
            "with_dict": row[2],
            "has_slots": "__slots__" in vars(kind),
        }
        for kind, row in found.items()
    ]
    return sorted(rows, key=lambda one: -int(str(one["bytes"])))[:MOST_ROWS]
