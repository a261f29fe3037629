"""Figures of an effect in words that stay in the history, where only measured ones belong."""

from __future__ import annotations

import re

_NUMBER = r"(?<![\w.])\d+(?:[.,]\d+)?"
_UNIT = "(?:%|percent|x|\u00d7|times|[mµun]?s|seconds?|[kKMG]i?B)"
_MORE = "(?:faster|sooner|quicker|slower|less|fewer|smaller|lower|lighter|shorter|better)"
_VERB = "(?:saves?|saving|gains?|gaining|speeds? up|faster|slower|less)"
_CLAIMS = (
    re.compile(rf"{_NUMBER}\s?{_UNIT}(?:\s+(?:of|the|CPU|time|memory|RSS|peak))*\s+{_MORE}\b", re.IGNORECASE),
    re.compile(rf"\b{_VERB}\s+(?:by\s+)?(?:about|some|up to|around|nearly|over)?\s*{_NUMBER}\s?{_UNIT}", re.IGNORECASE),
    re.compile(rf"{_NUMBER}\s?[x\u00d7](?!\w)"),
)


def claimed(text: str) -> str | None:
    """The first figure of an effect that `text` claims, such as `8 ms sooner` or `2x`; None where it claims none.

    What a mechanism consists of (`looked every 50 ms`) is no claim.
    """
    found = [match for pattern in _CLAIMS if (match := pattern.search(text)) is not None]
    return min(found, key=lambda match: match.start()).group() if found else None
