"""Finds and feeds the callable that a tool is asked about."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Unusable(Exception):
    """What was named cannot be called; the message says why, and what to do."""


def load(name: str, folders: tuple[str, ...] = ()) -> Callable[..., Any]:
    """The callable `module:qualified.name`, from the tree at hand or else from one of `folders`.

    Raises:
        Unusable: it is not there.
    """
    module_name, separator, qualified = name.partition(":")
    if not separator or not qualified:
        raise Unusable(f"{name!r} names no callable; write module:function, as in `package.module:parse`")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    sys.path += [folder for folder in folders if folder not in sys.path]
    try:
        found: Any = importlib.import_module(module_name)
        for part in qualified.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        places = " or ".join([os.getcwd(), *folders])
        raise Unusable(f"{name} is not there ({error}); give a module that can be imported from {places}") from error
    if not callable(found):
        raise Unusable(f"{name} cannot be called; name a function or class")
    return found  # type: ignore[no-any-return]


def maker(expression: str | None, name: str) -> Callable[[int], tuple[Any, ...]]:
    """What makes the arguments for a size from an expression over `n`; without one the size itself is the argument.

    Names in the expression are those of the callable's module, and `random`. A tuple gives several arguments.

    Raises:
        Unusable: it is no expression.
    """
    if not expression:
        return lambda n: (n,)
    try:
        code = compile(expression, "<input>", "eval")
    except SyntaxError as error:
        raise Unusable(f"--input {expression!r} is no expression over n ({error.msg})") from error
    scope = dict(vars(importlib.import_module(name.partition(":")[0])))
    scope["random"] = importlib.import_module("random")

    def make(n: int) -> tuple[Any, ...]:
        made = eval(code, {**scope, "n": n})  # noqa: S307 - the user's own expression, in the user's own interpreter
        return made if isinstance(made, tuple) else (made,)

    return make
