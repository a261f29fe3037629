"""Renaming a function and its uses by name in one module; everything else stays to the letter."""

from __future__ import annotations

import keyword

from docindex.source import tree


class NotThere(LookupError):
    """The module has no function of that name, or the new name cannot be one."""


def rename(text: str, old: str, new: str) -> str:
    """The text with the function `old` called `new`.

    Attributes of the same name are left alone, and so are strings and comments.

    Raises:
        NotThere: there is no such function at the top of the module, or `new` is no name.
        Unreadable: the text is no Python.
    """
    if not new.isidentifier() or keyword.iskeyword(new):
        raise NotThere(f"{new} is no name for a function")
    module = tree(text)
    if old not in {function.name.value for function in module.iter_funcdefs()}:
        raise NotThere(f"no function {old} at the top of the module")
    for leaf in _names(module):
        if leaf.value == old and not _is_attribute(leaf):
            leaf.value = new
    return module.get_code()


def _names(node):
    if node.type == "name":
        yield node
    for child in getattr(node, "children", ()):
        yield from _names(child)


def _is_attribute(leaf) -> bool:
    if leaf.parent.type == "trailer":
        return leaf.parent.children[0].value == "."
    if leaf.parent.type == "argument":
        return leaf.parent.children[0] is leaf
    return False
