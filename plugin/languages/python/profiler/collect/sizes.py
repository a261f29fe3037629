"""How large the containers are that the project's functions work on: the evidence for "algorithm x size".

Looked at now and then in the pass that counts calls, whose timings nobody reads. Only containers of the built-in types
themselves are measured, so that no code of the program runs.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from .state import State

_OPTIMIZED = 0x1  # flag of functions whose variables lie in fast slots
_SNAPSHOT = sys.version_info < (3, 13)  # `f_locals` is a copy that the frame keeps
_READS_IT = {"locals", "vars", "dir", "eval", "exec"}
SIZED: dict[Any, str] = {
    list: "list",
    tuple: "tuple",
    dict: "dict",
    set: "set",
    frozenset: "frozenset",
    str: "str",
    bytes: "bytes",
}
MOST_FRAMES = 60  # of a stack that are looked through for the project's own
MOST_OWN = 4  # of the project's frames that are looked into
MOST_NAMES = 60  # of a function, and of an object
MOST_PLACES = 3000
WORTH = 16  # items; smaller containers are not noted


class Sizes:
    """The largest size seen of each container, by the function and the name that it has there."""

    def __init__(self, state: State) -> None:
        """Nothing is known yet."""
        self.state = state
        self.largest: dict[tuple[int, str], tuple[str, int]] = {}

    def look(self, frame: FrameType | None) -> None:
        """Note the containers in the local variables of the project's innermost functions."""
        own, depth = 0, 0
        while frame is not None and own < MOST_OWN and depth < MOST_FRAMES:
            code = frame.f_code
            self.state.note(code)
            if id(code) in self.state.own:
                own += 1
                self._names(code, frame)
            frame, depth = frame.f_back, depth + 1

    def _names(self, code: CodeType, frame: FrameType) -> None:
        if len(self.largest) >= MOST_PLACES:
            return
        copied = _SNAPSHOT and bool(code.co_flags & _OPTIMIZED)
        if copied and _READS_IT.intersection(code.co_names):
            return
        values = frame.f_locals
        self._measure(code, values)
        if copied:
            # Or the copy would keep alive what the program lets go of before the function ends.
            values.clear()

    def _measure(self, code: CodeType, values: Any) -> None:
        for name, value in list(values.items())[:MOST_NAMES]:
            self._note(code, name, value)
        this = values.get("self")
        # The dictionary itself, so that no attribute access of the program's own is run.
        attributes: Any = None
        if this is not None:
            try:
                attributes = object.__getattribute__(this, "__dict__")
            except AttributeError:
                return
        if type(attributes) is dict:
            for name, value in list(attributes.items())[:MOST_NAMES]:
                self._note(code, f"self.{name}", value)

    def _note(self, code: CodeType, name: str, value: Any) -> None:
        kind = SIZED.get(type(value))
        if kind is None:
            return
        size = len(value)
        if size < WORTH:
            return
        key = (id(code), name)
        before = self.largest.get(key)
        if before is None or size > before[1]:
            self.largest[key] = (kind, size)

    def latest(self) -> list[tuple[int, str, str, int]]:
        """Code, name, type and largest number of items of each container."""
        return [(code, name, kind, size) for (code, name), (kind, size) in self.largest.items()]
