"""An index of a Python code base."""

from docindex.index import Index, build
from docindex.rename import rename

__all__ = ["Index", "build", "rename"]
