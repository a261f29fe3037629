"""Source text and its syntax tree."""

from __future__ import annotations

from pathlib import Path

import parso


class Unreadable(ValueError):
    """A file that is no Python; the text says where."""


def read(path: Path) -> str:
    """The text of a module, in the encoding that it declares.

    Raises:
        Unreadable: its encoding is unknown or not kept.
    """
    try:
        return parso.python_bytes_to_unicode(path.read_bytes(), errors="strict")
    except (UnicodeDecodeError, LookupError) as error:
        raise Unreadable(f"{path.name}: {error}") from None


def tree(text: str, name: str = "<text>"):
    """The syntax tree.

    Raises:
        Unreadable: the text is no Python.
    """
    grammar = parso.load_grammar()
    module = grammar.parse(text)
    errors = grammar.iter_errors(module)
    if errors:
        first = min(errors, key=lambda error: error.start_pos)
        raise Unreadable(f"{name}: line {first.start_pos[0]} cannot be read")
    return module
