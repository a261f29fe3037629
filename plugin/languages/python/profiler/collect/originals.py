"""`os` and `time` as they were before the program began: it may replace their functions, or hide files.

Libraries that freeze the clock or fake the file system put their own functions into these modules, and their own
modules into every one that refers to them. Copies are met by neither. What is to be hooked is looked up in the real ones.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    import time
    from types import ModuleType


def _copy(name: str) -> ModuleType:
    """A module of that name and content that nobody else knows."""
    original = __import__(name)
    made = type(sys)(name)
    made.__dict__.update(original.__dict__)
    return made


if not TYPE_CHECKING:
    os, time = _copy("os"), _copy("time")

__all__ = ["os", "time"]
