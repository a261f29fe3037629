"""Words that others wrote, for Markdown that a forge renders: no mention, reference, markup, image or table comes of them."""

from __future__ import annotations

import re

from codeflash_agent.render.visible import line

BREAK = "\u200b"  # seen by nobody, and ends what a forge would take for a mention or a reference
MARKUP = re.compile(r"([\\`*_{}\[\]()<>|~!$])")


def words(text: str, limit: int = 1000) -> str:
    """The text on one line, to be read and nothing else."""
    flat = line(text, limit).replace("&", "&amp;")
    flat = MARKUP.sub(r"\\\1", flat).replace("\\<", "&lt;").replace("\\>", "&gt;")
    flat = re.sub(r"([@#])(?=\w)", rf"\1{BREAK}", flat)
    flat = re.sub(r"\b(GH)-(?=\d)", rf"\1{BREAK}-", flat)
    flat = re.sub(r"(?i)\b(https?|ftp|mailto|www)(?=[:.])", rf"\1{BREAK}", flat)
    return re.sub(r"\b([0-9a-f]{7,40})\b", rf"\1{BREAK}", flat) if re.search(r"\b[0-9a-f]{40}\b", flat) else flat


def code(text: str, limit: int = 300) -> str:
    """The text as code within a line; backticks in it cannot end it."""
    flat = line(text, limit)
    ticks = "`" * (1 + max((len(run) for run in re.findall(r"`+", flat)), default=0))
    pad = " " if "`" in flat or not flat else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}".replace("|", "\\|")


def block(text: str) -> list[str]:
    """The text as a block of code, whatever fences it holds."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return [fence, *text.split("\n"), fence]
