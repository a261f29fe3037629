"""The folder that makes Python processes observe themselves: unpacked once per profile, compiled so they start fast."""

from __future__ import annotations

import marshal
import os
import py_compile
import sys
from pathlib import Path
from typing import Any

import profiler
from profiler.collect import config
from profiler.errors import CANNOT_WRITE, ProfileError

PACKAGE = "_codeflash_collect"
_COLLECT = "profiler/collect/"


def unpack(folder: Path) -> Path:
    """Write the collectors and their `sitecustomize` below `folder`; gives the folder for PYTHONPATH.

    Raises:
        ProfileError: the folder cannot be written.
    """
    site = folder / "site"
    try:
        (site / PACKAGE).mkdir(parents=True)
        for name, source in collect_sources().items():
            if name == "injected.py":
                (site / "sitecustomize.py").write_text(source, encoding="utf-8")
                py_compile.compile(str(site / "sitecustomize.py"), doraise=False, quiet=2)
                continue
            (site / PACKAGE / name).write_text(source, encoding="utf-8")
            code = compile(source, f"<{PACKAGE}>/{name}", "exec", dont_inherit=True)
            compiled = site / PACKAGE / f"{name[: -len('.py')]}.{sys.hexversion:x}"
            compiled.write_bytes(marshal.dumps(code))
    except OSError as error:
        raise ProfileError(
            f"cannot write to {folder}: {error.strerror}; free space there or set TMPDIR", CANNOT_WRITE
        ) from error
    return site


def collect_sources() -> dict[str, str]:
    """File name → text of each module of `collect`, from the one built file or from the folder beside this."""
    embedded: dict[str, str] | None = getattr(profiler, "EMBEDDED", None)
    if embedded is not None:
        return {path[len(_COLLECT) :]: text for path, text in embedded.items() if path.startswith(_COLLECT)}
    here = Path(__file__).parent.parent / "collect"
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(here.glob("*.py"))}


def environment(site: Path, folder: Path, settings: dict[str, Any]) -> dict[str, str]:
    """The process environment of one pass, whose shards go to `folder`.

    Raises:
        ProfileError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / config.FILE).write_bytes(marshal.dumps({**settings, "site": str(site)}, config.MARSHAL_VERSION))
    except OSError as error:
        raise ProfileError(
            f"cannot write to {folder}: {error.strerror}; free space there or set TMPDIR", CANNOT_WRITE
        ) from error
    already = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), already]) if already else str(site),
        config.VARIABLE: str(folder),
    }
