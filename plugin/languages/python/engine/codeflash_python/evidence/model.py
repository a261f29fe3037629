"""What every format is read into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Unreadable(Exception):
    """A file is not what it was taken for; the message says what is wrong with it, without its name."""


class Frame(NamedTuple):
    """A function on a stack.

    Attributes:
        file: as the tool wrote it, on the machine where it ran.
        name: as the tool wrote it, qualified or not.
        line: of the call or of the sample; 0 where the tool does not say.
        first: the line where the function begins; 0 where the tool does not say.
    """

    file: str
    name: str
    line: int = 0
    first: int = 0


@dataclass
class Flat:
    """A function whose tool counts by function instead of by stack, in the unit of the measure.

    `callers` has the part of `cumulative` that came through each caller.
    """

    frame: Frame
    own: float
    cumulative: float | None
    callers: dict[Frame, float] = field(default_factory=dict)


@dataclass
class Measure:
    """One quantity of a profile.

    Attributes:
        what: in the field's words, such as `CPU time` or `memory at the peak`.
        unit: seconds, bytes, samples or percent.
        stacks: outermost frame first -> amount.
        flat: for tools that write no stacks.
    """

    what: str
    unit: str
    stacks: dict[tuple[Frame, ...], float] = field(default_factory=dict)
    flat: list[Flat] = field(default_factory=list)

    def add(self, stack: tuple[Frame, ...], amount: float) -> None:
        """Count a sample."""
        if stack and amount > 0:
            self.stacks[stack] = self.stacks.get(stack, 0.0) + amount


@dataclass
class Recording:
    """A file that was read."""

    tool: str  # what wrote it
    time: Measure | None = None
    memory: Measure | None = None  # live at some moment, the peak where the tool knows it
    allocated: Measure | None = None  # over the whole time, freed or not
    notes: list[str] = field(default_factory=list)
