"""Documents on disk: written whole or not at all; baselines by command."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from profiler.analyse.document import SCHEMA_VERSION
from profiler.errors import CANNOT_WRITE, USAGE, ProfileError

SESSION = ".codeflash"


def load(path: Path) -> dict[str, Any]:
    """The profile that --json wrote to `path`.

    Raises:
        ProfileError: it cannot be read, or is no profile of this version.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ProfileError(f"cannot read {path}: {error.strerror}; give a file that --json wrote", USAGE) from error
    except (ValueError, RecursionError) as error:
        raise ProfileError(f"{path} is not JSON; give a file that --json wrote", USAGE) from error
    if not isinstance(document, dict) or "schema_version" not in document or "functions" not in document:
        raise ProfileError(f"{path} is no profile; give a file that --json wrote", USAGE)
    if document.get("kind") == "evidence":
        raise ProfileError(f"{path} was taken elsewhere and is no baseline; give a profile of this profiler's", USAGE)
    if document["schema_version"] != SCHEMA_VERSION:
        raise ProfileError(f"{path} is of another version of the schema; profile again with --json", USAGE)
    return document


def check_writable(path: Path) -> None:
    """Fail before anything is run when `path` could not be written afterwards.

    Raises:
        ProfileError: its folder is missing or may not be written.
    """
    try:
        _check(path)
    except OSError as error:
        raise ProfileError(f"{str(path)[:100]}: {error.strerror}; write somewhere else", USAGE) from error


def _check(path: Path) -> None:
    folder = path.parent
    if path.is_dir():
        raise ProfileError(f"{path} is a folder; give the name of a file", USAGE)
    if not folder.is_dir():
        raise ProfileError(f"{folder} is no folder; create it, or write somewhere else", USAGE)
    if path.exists() and not path.is_file():
        folder = path
    if not os.access(path if path.exists() else folder, os.W_OK) or (path.exists() and not os.access(folder, os.W_OK)):
        raise ProfileError(f"{path} cannot be written; make it writable, or write somewhere else", USAGE)


def write(path: Path, text: str) -> None:
    """Replace `path` by `text`; a crash or a full disk leaves the old content or the new.

    Raises:
        ProfileError: it cannot be written.
    """
    temporary = None
    try:
        if path.exists() and not path.is_file():  # a device or a pipe, which is written to and never replaced
            with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
            return
        path = Path(os.path.realpath(path))  # the file behind a link is replaced, not the link
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise ProfileError(
            f"cannot write {path}: {error.strerror}; free space or write elsewhere", CANNOT_WRITE
        ) from error


def as_text(document: dict[str, Any]) -> str:
    """The document as JSON."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


class Baselines:
    """The first profile of each command, to compare later ones with."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`."""
        self.folder = folder

    @classmethod
    def beside_session(cls, start: Path) -> Baselines:
        """In the session's files of the project that `start` lies in, or the ones that are made there."""
        for folder in (start, *start.parents):
            if (folder / SESSION).is_dir():
                return cls(folder / SESSION / "profiles")
        top = next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), start)
        return cls(top / SESSION / "profiles")

    def path(self, command: list[str], source_root: Path) -> Path:
        """Where the baseline of a command lies."""
        top = next((folder for folder in (source_root, *source_root.parents) if (folder / ".git").exists()), None)
        # Relative to its checkout, so that the worktrees of one project share a baseline.
        root = source_root.relative_to(top) if top else source_root
        key = json.dumps([command, str(root)]).encode("utf-8", "surrogatepass")
        return self.folder / f"baseline-{hashlib.sha256(key).hexdigest()[:12]}.json"

    def read(self, command: list[str], source_root: Path) -> dict[str, Any] | None:
        """The stored baseline, None where there is none yet.

        Raises:
            ProfileError: it is there but cannot be read, or is of another version.
        """
        path = self.path(command, source_root)
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ProfileError(
                f"cannot read the baseline {path} ({error}); restore it, or delete it to start anew"
            ) from error
        if not isinstance(document, dict) or document.get("schema_version") != SCHEMA_VERSION:
            raise ProfileError(f"the baseline {path} is of another version; delete it to start anew")
        return document

    def store(self, command: list[str], source_root: Path, document: dict[str, Any]) -> Path:
        """Keep `document` as the baseline of its command.

        Raises:
            ProfileError: it cannot be written.
        """
        path = self.path(command, source_root)
        session = path.parent.parent
        if session.name == SESSION and not session.exists():
            # Outside a session nothing else keeps these files out of the project's history.
            write(session / ".gitignore", "*\n")
        write(path, as_text(document))
        return path
