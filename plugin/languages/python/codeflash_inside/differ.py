"""Calls an old and a new callable with the same inputs and compares what they give, exceptions too."""

from __future__ import annotations

import math
import statistics
import time
from typing import TYPE_CHECKING, Any

from codeflash_inside.calling import Unusable, load

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SHRINKING = 400  # calls spent on making one differing input smaller
MOST_SHRUNK = 10
ENOUGH_S, LONG_S, SHORT_S = 0.5, 5.0, 0.002
FEWEST_ROUNDS, MOST_ROUNDS = 3, 400


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Compare on every input; the differing ones are made small, the smallest comes first."""
    try:
        folders = tuple(request.get("folders", ()))
        old, new = load(request["old"], folders), load(request["new"], folders)
    except Unusable as problem:
        return {"problem": str(problem)}
    kind = request["as"]
    seconds = {"old": 0.0, "new": 0.0}
    differing: list[dict[str, Any]] = []
    compared = raised = 0
    for name, text in _inputs(request):
        first, second = (
            outcome(old, _given(kind, text, name), seconds, "old"),
            outcome(new, _given(kind, text, name), seconds, "new"),
        )
        compared += 1
        raised += first[0] == "raised"
        if not same(first, second):
            differing.append({"name": name, "input": text, "old": first, "new": second})
    _time(old, new, kind, _inputs(request), seconds)
    differing.sort(key=lambda one: len(one["input"]))
    for one in differing[:MOST_SHRUNK] if kind != "path" else []:
        smaller = shrink(
            one["input"], lambda text: not same(outcome(old, _given(kind, text)), outcome(new, _given(kind, text)))
        )
        one["smallest"] = smaller
        one["old"], one["new"] = outcome(old, _given(kind, smaller)), outcome(new, _given(kind, smaller))
    differing.sort(key=lambda one: len(one.get("smallest", one["input"])))
    rows = [
        {
            "name": one["name"],
            "input": one.get("smallest", one["input"]),
            "old": [one["old"][0], shown(one["old"][1])],
            "new": [one["new"][0], shown(one["new"][1])],
        }
        for one in differing
    ]
    return {
        "compared": compared,
        "raised": raised,
        "differences": rows,
        "old_s": seconds["old"],
        "new_s": seconds["new"],
    }


def _time(
    old: Callable[..., Any],
    new: Callable[..., Any],
    kind: str,
    inputs: list[tuple[str, str]],
    seconds: dict[str, float],
) -> None:
    """Go over the inputs again, both in turn, until the figures are long enough to be compared.

    The first round, in which both pay for what is done once, does not count. The clock is read around whole rounds, and
    what a round of calls of an empty function takes is left out: of a call that takes a microsecond, reading the clock
    would be the larger part, and would make the new path look dearer than it is.
    """
    if not inputs or seconds["old"] > LONG_S:
        return
    shortest = max(min(seconds.values()), 1e-6)
    arguments = [_given(kind, text, name) for name, text in inputs] * math.ceil(min(SHORT_S / shortest, MOST_ROUNDS))
    rounds: dict[str, list[float]] = {"old": [], "new": [], "empty": []}
    for number in range(MOST_ROUNDS):
        sides: list[tuple[str, Callable[..., Any]]] = [("old", old), ("new", new), ("empty", _nothing)]
        for side, function in sides if number % 2 else reversed(sides):
            rounds[side].append(_round(function, arguments))
        if sum(rounds["old"]) >= ENOUGH_S and number + 1 >= FEWEST_ROUNDS:
            break
    # The median: a round in which the machine was elsewhere counts as any other.
    empty = statistics.median(rounds["empty"])
    for side in ("old", "new"):
        seconds[side] = max(statistics.median(rounds[side]) - empty, 0.0) * len(rounds[side])


def _round(function: Callable[..., Any], arguments: list[Any]) -> float:
    """CPU seconds of calling a function with each argument; what it gives is read to its end and thrown away."""
    start = time.process_time()
    for argument in arguments:
        try:
            result = function(argument)
            if hasattr(result, "__next__"):
                list(result)
        except Exception:  # noqa: BLE001, S110, PERF203 - compared before; here only the time counts
            pass
    result = None
    return time.process_time() - start


def _nothing(_argument: Any) -> None:
    """What costs as little as a function can."""


def _inputs(request: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    for path in request["files"]:
        if request["as"] == "path":
            found.append((path, path))
        else:
            with open(path, "rb") as file:
                found.append((path, file.read().decode("utf-8", "surrogateescape")))
    return found + [(name, text) for name, text in request["cases"] if request["as"] != "path"]


def _given(kind: str, text: str, name: str = "") -> Any:
    """The argument for an input, made anew for each call."""
    if kind == "bytes":
        return text.encode("utf-8", "surrogateescape")
    if kind == "path":
        return name or text
    return text


def outcome(
    function: Callable[..., Any], argument: Any, seconds: dict[str, float] | None = None, side: str = ""
) -> tuple[str, Any]:
    """`returned` and the result, or `raised` and the exception."""
    start = time.process_time()
    try:
        result = function(argument)
        if hasattr(result, "__next__"):
            result = list(result)
        return "returned", result  # noqa: TRY300 - reading a generator to its end may raise as well
    except Exception as error:  # noqa: BLE001 - whatever is raised is what is compared
        return "raised", error
    finally:
        if seconds is not None:
            seconds[side] += time.process_time() - start


def same(first: tuple[str, Any], second: tuple[str, Any]) -> bool:
    """Equal results of equal type, or exceptions of which one class is the other's base."""
    if first[0] != second[0]:
        return False
    if first[0] == "raised":
        return isinstance(first[1], type(second[1])) or isinstance(second[1], type(first[1]))
    try:
        if type(first[1]) is type(second[1]) and bool(first[1] == second[1]):
            return True
    except Exception:  # noqa: BLE001 - what cannot be compared is compared as text
        return repr(first[1]) == repr(second[1])
    # NaN is not itself; its text is.
    return (
        type(first[1]) is type(second[1])
        and " object at 0x" not in repr(first[1])
        and repr(first[1]) == repr(second[1])
    )


def shown(value: Any) -> str:
    """A result or exception for people."""
    text = f"{type(value).__name__}: {value}" if isinstance(value, BaseException) else repr(value)
    return text if len(text) <= 300 else text[:299] + "…"


def shrink(text: str, differs: Callable[[str], bool]) -> str:
    """A smaller text that still differs: lines, then characters, are left out as long as it does."""
    spent = 0
    for split, join in ((str.splitlines, "\n".join), (list, "".join)):
        parts = split(text)
        size = max(1, len(parts) // 2)
        while size >= 1 and spent < MOST_SHRINKING:
            place = 0
            while place < len(parts) and spent < MOST_SHRINKING:
                rest = parts[:place] + parts[place + size :]
                spent += 1
                if differs(join(rest)):
                    parts = rest
                else:
                    place += size
            size //= 2
        smaller = join(parts)
        if differs(smaller):
            text = smaller
    return text
