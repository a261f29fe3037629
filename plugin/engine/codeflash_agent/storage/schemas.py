"""Reading files that another version may have written: older ones are read, newer ones are refused with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, newest: int, *, unsaid: int | None = None) -> dict[str, Any]:
    """The document of a file whose schema is at most `newest`; `unsaid` is the schema of one that names none.

    Raises:
        EnvironmentProblem: it cannot be read, is no object, or a newer version wrote it.
    """
    document = atomic.read_json(path)
    version = document.get("schema_version", unsaid) if isinstance(document, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise EnvironmentProblem(
            f"{path} is none of codeflash's files; restore it, or move it away to start without it"
        )
    if version > newest:
        raise EnvironmentProblem(
            f"{path} has schema {version}, this codeflash-agent reads up to {newest}; update the plugin"
        )
    found: dict[str, Any] = document
    return found
