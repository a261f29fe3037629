"""Functions that stand before those of the program's modules."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def like(function: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """`function` under the name of what it stands before."""
    function.__name__, function.__qualname__ = original.__name__, original.__qualname__
    function.__doc__, function.__module__ = original.__doc__, original.__module__
    function.__wrapped__ = original  # type: ignore[attr-defined]
    return function
