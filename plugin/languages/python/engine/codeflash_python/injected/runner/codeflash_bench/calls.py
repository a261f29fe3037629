"""`call`: one function, its first call and its later ones."""

from __future__ import annotations

import argparse
import functools
import importlib
import inspect
import json
import os
import sys

from codeflash_bench import timing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def run(arguments: list[str]) -> int:
    """Time the named function; exit status 2 when it cannot be found."""
    parser = argparse.ArgumentParser(prog="python -m codeflash_bench call", description=__doc__)
    parser.add_argument("function", metavar="MODULE:FUNCTION")
    parser.add_argument("--args", type=json.loads, default=[], help="a JSON list of arguments")
    parser.add_argument("--number", type=int, default=0, help="calls a repeat (default: as many as can be timed well)")
    options = parser.parse_args(arguments)
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - what `python -m` would have put there
    try:
        function = find(options.function)
    except (ImportError, AttributeError, ValueError) as error:
        sys.stderr.write(f"codeflash_bench: cannot find {options.function}: {error}; give MODULE:FUNCTION\n")
        return 2
    given = options.args if isinstance(options.args, list) else [options.args]
    timing.report(
        options.function.partition(":")[2], *timing.cold_and_warm(bound(function, given), number=options.number)
    )
    return 0


def find(name: str) -> Callable[..., Any]:
    """The callable that MODULE:QUALIFIED.NAME names."""
    module, colon, path = name.partition(":")
    if not colon or not path:
        raise ValueError("a colon parts module and function")
    found: Any = functools.reduce(getattr, path.split("."), importlib.import_module(module))
    if not callable(found):
        raise ValueError("it is not callable")  # noqa: TRY004 - reported like the other spelling errors
    function: Callable[..., Any] = found
    return function


def bound(function: Callable[..., Any], given: list[Any]) -> Callable[[], Any]:
    """The function with its arguments; a coroutine function is run to its end in a loop of its own."""
    if inspect.iscoroutinefunction(function):
        import asyncio  # noqa: PLC0415 - only where it is needed

        return lambda: asyncio.run(function(*given))
    return functools.partial(function, *given)
