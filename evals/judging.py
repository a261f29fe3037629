"""What the oracles share: counting steps and bytes instead of looking at a clock, and their exit status."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from pathlib import Path
from typing import Any, Callable

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path.cwd()))


def executed(function: Callable[[], Any]) -> int:
    """How many steps of the interpreter `function` takes, as far as a tracer sees them."""
    steps = 0

    def trace(frame: Any, event: str, _argument: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        if event == "opcode":
            steps += 1
        return trace

    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(None)
    return steps


def peak(function: Callable[[], Any]) -> int:
    """The most bytes that live at once while `function` runs, beside what lived before."""
    gc.collect()
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def kept(function: Callable[[], Any]) -> int:
    """The bytes that live as long as what `function` returns."""
    gc.collect()
    tracemalloc.start()
    try:
        held = function()
        gc.collect()
        return tracemalloc.get_traced_memory()[0] if held is not None else 0
    finally:
        tracemalloc.stop()


def main(items: dict[str, Callable[[], bool]]) -> int:
    """Judge the item that the command line names: 0 gone, 1 still there, 2 cannot tell."""
    arguments = sys.argv[1:]
    if len(arguments) != 1 or arguments[0] not in items:
        print(f"usage: check.py {{{','.join(items)}}}", file=sys.stderr)
        return 2
    try:
        gone = items[arguments[0]]()
    except Exception as error:  # noqa: BLE001 - whatever the changed project raises means that nobody can tell
        print(f"{arguments[0]}: cannot tell: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(f"{arguments[0]}: {'gone' if gone else 'still there'}")
    return 0 if gone else 1
