"""The analysis tools, by the verb that asks for them. Each answers one question and joins its answer with the profile."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem

if TYPE_CHECKING:
    from codeflash_agent.language import Answer, Inquiry

TOOLS = {
    "scan": "scan",
    "scaling": "scaling",
    "imports": "imports",
    "library": "library",
    "stages": "stages",
    "differ": "differ",
    "evidence": "evidence",
    "specialisation": "specialisation",
    "awaits": "awaits",
    "sources": "sources",
    "remarks": "remarks",
}


def inquire(tool: str, inquiry: Inquiry) -> Answer:
    """Run a tool; its module is loaded only then.

    Raises:
        EnvironmentProblem: there is no such tool, or what it needs is missing.
    """
    if tool not in TOOLS:
        raise EnvironmentProblem(f"there is no tool {tool!r} for Python; there are {', '.join(TOOLS)}")
    answer: Answer = importlib.import_module(f"codeflash_python.tools.{TOOLS[tool]}").answer(inquiry)
    return answer
