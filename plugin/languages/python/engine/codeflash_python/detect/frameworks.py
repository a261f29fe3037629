"""Which asyncio and other concurrency frameworks the project's source uses."""

from __future__ import annotations

import ast
import re
import time
from typing import TYPE_CHECKING

from codeflash_python import paths

if TYPE_CHECKING:
    from pathlib import Path

    from codeflash_python.detect.metadata import Metadata

# Import name -> distribution, where the two differ.
KNOWN = {
    "asyncio": None,
    "trio": "trio",
    "anyio": "anyio",
    "curio": "curio",
    "uvloop": "uvloop",
    "aiohttp": "aiohttp",
    "fastapi": "fastapi",
    "starlette": "starlette",
    "litestar": "litestar",
    "quart": "quart",
    "sanic": "sanic",
    "tornado": "tornado",
    "twisted": "twisted",
    "httpx": "httpx",
    "websockets": "websockets",
    "asyncpg": "asyncpg",
    "aiofiles": "aiofiles",
    "aiosqlite": "aiosqlite",
    "motor": "motor",
    "gevent": "gevent",
    "eventlet": "eventlet",
    "channels": "channels",
}
BUDGET_S = 1.0
_IMPORT = re.compile(rf"^[ \t]*(?:from|import)[ \t]+[^\n]*\b({'|'.join(KNOWN)})\b", re.MULTILINE)


def find_frameworks(project: Path, files: list[str], metadata: Metadata, own: list[str]) -> list[str]:
    """Names found by parsed imports of the source (not of tests), then by runtime dependencies; sorted.

    A quick text search chooses the files worth parsing. Reading stops when `BUDGET_S` seconds are used up. The project's
    own packages, `own`, do not count.
    """
    mine = {name.split(".")[0] for name in own}
    found: set[str] = set()
    deadline = time.monotonic() + BUDGET_S
    for name in files:
        if not name.endswith(".py") or paths.kind_of(name) != paths.SOURCE:
            continue
        if time.monotonic() > deadline:
            break
        try:
            text = (project / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if set(_IMPORT.findall(text)) - found:
            found |= _imported(text) & set(KNOWN)
    declared = {requirement.name.lower() for requirement in metadata.runtime}
    found |= {name for name, distribution in KNOWN.items() if distribution in declared}
    return sorted(found - mine)


def _imported(text: str) -> set[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return set(_IMPORT.findall(text))  # written for another version: trust the text search
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names
