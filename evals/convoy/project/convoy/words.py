"""The house list of words."""

from __future__ import annotations

from pathlib import Path


def load(path: Path) -> list[str]:
    """The words of a list file, in its order; comments and blank lines are passed over."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip().lower() for line in lines if line.strip() and not line.startswith("#")]


def unknown(text_words: list[str], known: list[str]) -> list[str]:
    """The words that the list does not have, each once, in order of appearance; numbers and names are let through."""
    found: list[str] = []
    for word in text_words:
        lower = word.lower()
        if word[0].isdigit() or word[0].isupper() and lower != word:
            continue
        if lower not in known and lower not in found:
            found.append(lower)
    return found
