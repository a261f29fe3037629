"""Which domain the user's words name, where they name one alone."""

from __future__ import annotations

import re

WORDS = {
    "cpu": r"cpu",
    "memory": r"memory|ram|rss|footprint",
    "gc": r"gc|garbage|collector|pauses?",
    "async": r"async\w*|event loop|latency|latencies",
    "structure": r"imports?|importing|start-?up|startup|starts?",
}


def domain_of(goal: str) -> str | None:
    """The one domain that a goal names; None where it names none or several."""
    named = [domain for domain, words in WORDS.items() if re.search(rf"\b(?:{words})\b", goal, re.IGNORECASE)]
    return named[0] if len(named) == 1 else None


def is_exclusive(goal: str) -> bool:
    """Whether the words want that domain and nothing else, as in "only reduce memory"."""
    return re.search(r"\b(?:only|just|solely|nothing but)\b", goal, re.IGNORECASE) is not None
