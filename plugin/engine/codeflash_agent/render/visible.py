"""Text that others wrote, so that it can be shown: nothing in it moves a cursor, hides, or turns the line around."""

from __future__ import annotations

import re
import unicodedata

# Formatting characters that people's writing needs, in emoji and in several scripts.
JOINERS = frozenset("\u200c\u200d\ufe0f")
ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
KEPT = frozenset("\n\t")


def visible(text: str) -> str:
    r"""The same text with every control and direction character written out, such as `\x1b` and `\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_written(character) for character in text)


def _written(character: str) -> str:
    if character in KEPT or character in JOINERS or character.isprintable():
        return character
    if unicodedata.category(character) == "Zs":  # spaces of other widths
        return " "
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def line(text: str, limit: int = 500) -> str:
    """The same on one line without escape sequences, cut at `limit` characters."""
    flat = " ".join(visible(ESCAPE_SEQUENCE.sub("", text)).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
