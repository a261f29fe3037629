"""How many tokens a text takes of whoever reads it, estimated without a tokenizer.

Counted against a public one over the reports of published test suites, the estimate is never below it and at most a
tenth above (`scripts/bench/report_length.py`).
"""

from __future__ import annotations

import re

_PIECE = re.compile(r"[a-z]+|[A-Z][a-z]*|[0-9]+|  +|[^\sA-Za-z0-9]")
_LETTERS, _DIGITS, _FOREIGN = 8, 3, 2  # letters and digits that one token holds; tokens of a character beyond ASCII


def tokens(text: str) -> int:
    """About how many tokens `text` takes; parts of names count as words, since tokenizers split them too."""
    found = 0
    for piece in _PIECE.findall(text):
        first = piece[0]
        if not first.isascii():
            found += _FOREIGN
        elif first.isalpha():
            found += 1 + (len(piece) - 1) // _LETTERS
        elif first.isdigit():
            found += 1 + (len(piece) - 1) // _DIGITS
        else:
            found += 1
    return found
