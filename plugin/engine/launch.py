"""The engine's first module, run by the launcher as ``python -I launch.py`` in the engine's own environment."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


USED = "used"  # in the environment: a file whose time of change says when it was last started with
DAY_S = 86400.0


def note_use(environment: Path) -> None:
    """Say, once a day, that the environment is in use; `bootstrap.py` removes those that have not been for long."""
    used = environment / USED
    try:
        if not used.exists() or time.time() - used.stat().st_mtime > DAY_S:
            used.touch()
    except OSError:
        pass  # a read-only cache is never cleared either


def start(arguments: list[str]) -> int:
    """Run one verb and return its exit status."""
    # Compiled modules go beside the environment: the plugin's folder may be read-only, and is never written to.
    sys.pycache_prefix = str(Path(sys.prefix) / "pycache")
    sys.path.insert(0, str(HERE))
    note_use(Path(sys.prefix))
    try:
        from codeflash_agent.cli import main  # noqa: PLC0415 - needs the path set above
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in ("codeflash_agent", "codeflash_python"):
            sys.stderr.write(
                f"codeflash-agent: the plugin at {HERE.parent} is incomplete ({error}); install it again\n"
            )
        else:
            # An interpreter that was upgraded in place leaves an environment that starts and finds none of its packages.
            sys.stderr.write(
                f"codeflash-agent: the engine's environment is damaged ({error}); "
                f"remove it with: rm -rf '{sys.prefix}', then run the same command again\n"
            )
        return 2
    try:
        status = main(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader went away (`… | head`). Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
