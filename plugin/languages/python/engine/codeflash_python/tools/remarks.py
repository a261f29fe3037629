"""What the figures of a profile say only together with the source: printed with the profile itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.language import Answer
from codeflash_python.tools import awaits

if TYPE_CHECKING:
    from codeflash_agent.language import Inquiry

MOST = 4


def answer(inquiry: Inquiry) -> Answer:
    """Waits one after the other that need nothing from each other; nothing where no event loop waited."""
    found = awaits.overlaps(inquiry)
    lines = awaits.overlap_lines(found, MOST) if found else []
    return Answer(lines, {"schema_version": 1, "overlaps": found})
