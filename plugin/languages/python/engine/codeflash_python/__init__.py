"""The Python side of the engine: how Python projects are detected, run, tested and probed."""

from __future__ import annotations

from codeflash_python.python_language import PythonLanguage


def language() -> PythonLanguage:
    """The implementation that the engine loads by `language.json`."""
    return PythonLanguage()
