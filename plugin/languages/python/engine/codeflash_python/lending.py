"""A memray for the profiler where the target interpreter has none: pinned by hash, in the user's cache, never in the target.

Only the profiler's allocation pass sees that folder. Without memray the profiler traces allocations by tracemalloc,
which is several times slower and coarser; so a failure here is a line, not an error.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_python.environment import REMOVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_agent.language import Setup

MODULE = "memray"
REQUIREMENTS = Path(__file__).resolve().parents[1] / "memray.txt"
TIMEOUT_S = 180.0
TRY_AGAIN_S = 24 * 3600.0  # after a failure: each profile would wait for it
MISLEADING = ("PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT",
              "PIP_REQUIRE_VIRTUALENV", "PIP_PYTHON", "PIP_CONSTRAINT", "PIP_REQUIREMENT", "UV_TARGET", "UV_PREFIX",
              "UV_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE_NEWER", "UV_SYSTEM_PYTHON", *REMOVED)  # fmt: skip


def folder(setup: Setup, cache: Path | None = None) -> tuple[Path | None, str]:
    """The folder that holds a memray for the target interpreter, made on first use, and a line where something is to say.

    None, without a line, where the target has a memray of its own; None, with one, where none can be had.
    """
    if MODULE in setup.profilers:
        return None, ""
    kept = (cache or _cache()) / f"memray-{_key(setup)}"
    if (kept / MODULE).is_dir():
        return kept, ""
    failed = kept.with_suffix(".failed")
    try:
        if failed.exists() and time.time() - failed.stat().st_mtime < TRY_AGAIN_S:
            return None, _without(failed.read_text(encoding="utf-8"), failed)
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".memray-") as partial:
            said = _install(setup.interpreter, Path(partial) / "made")
            if not said:
                # Another profile may have made it meanwhile: either one is whole.
                if not kept.exists():
                    (Path(partial) / "made").replace(kept)
                failed.unlink(missing_ok=True)
                return kept, f"memray for {setup.version} was put into {kept}: allocations are measured by it"
            failed.write_text(said, encoding="utf-8")
            return None, _without(said, failed)
    except OSError as error:
        return (kept, "") if (kept / MODULE).is_dir() else (None, _without(str(error), None))


def _without(why: str, failed: Path | None) -> str:
    again = f"; remove {failed} to try again" if failed is not None else ""
    return f"no memray for the target ({why}): allocations are traced by tracemalloc, several times slower{again}"


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if given.startswith("/") else Path.home() / ".cache") / "codeflash"


def _key(setup: Setup) -> str:
    """One folder for each interpreter and each set of pins; environments made of one interpreter share it."""
    real = os.path.realpath(setup.interpreter)
    about = f"{real}\0{setup.version}\0".encode() + REQUIREMENTS.read_bytes()
    return hashlib.sha256(about).hexdigest()[:16]


def _install(interpreter: str, target: Path) -> str:
    """Install the pinned packages for `interpreter` into `target`; gives the reason where that failed."""
    environ = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    said = "neither uv nor pip is there"
    for command in _commands(interpreter, target):
        shutil.rmtree(target, ignore_errors=True)
        try:
            done = subprocess.run(
                command,
                cwd=target.parent,
                env=environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            said = type(error).__name__
            continue
        if done.returncode == 0 and (target / MODULE).is_dir():
            return ""
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        said = " ".join(next((line for line in reversed(lines) if line.strip()), "no message").split())[:160]
    return said


def _commands(interpreter: str, target: Path) -> Iterator[list[str]]:
    """uv, then our own pip: both ask the target interpreter what it needs, and neither needs pip in it."""
    words = [
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--no-deps",
        "--target",
        str(target),
        "-r",
        str(REQUIREMENTS),
    ]
    uv = shutil.which("uv")
    if uv:
        yield [uv, "pip", "install", "--quiet", "--python", interpreter, *words]
    pip = [sys.executable, "-I", "-m", "pip", "--python", interpreter, "--disable-pip-version-check"]
    yield [*pip, "install", "--quiet", "--no-input", *words]
