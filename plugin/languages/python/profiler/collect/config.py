"""What the launcher tells the processes of one pass."""

from __future__ import annotations

import marshal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "CODEFLASH_COLLECT"  # environment variable that holds the folder of the pass
FILE = "config"
MARSHAL_VERSION = 2  # the same bytes on every supported interpreter


class Config:
    """Settings of one pass.

    Attributes:
        folder: where shards are written.
        mode: `joint`, `calls`, `allocations` or `async`.
        interval_s: wall time between two samples.
        flush_s: how often what was seen is written out.
        suspects: for `calls`, the functions to count, each `(file name, first line, name)`; empty means none.
        engine: for `allocations`, `memray`, `tracemalloc` or `auto`.
        frames: for tracemalloc, how many frames are kept of each allocation.
        lent: for `allocations`, a folder with a memray for this interpreter, used where it has none of its own.
        budget_s: for tracemalloc, CPU seconds of a process after which it is stopped; 0 means never.
        clock: `auto`, or `thread` where the signal timer is to be avoided.
        until: for `calls`, the Unix time at which counting ends, 0 for never.
        site: the folder with our `sitecustomize`, empty where children are to be left alone.
        roots: the source root, as it was given and resolved; lines are noted of code below one of them.
    """

    def __init__(self, folder: str, settings: dict[str, Any]) -> None:
        """Take the settings of a pass; unknown keys are ignored, so that a newer launcher can add some."""
        self.folder = folder
        self.mode: str = settings.get("mode", "joint")
        self.interval_s: float = settings.get("interval_s", 0.001)
        self.flush_s: float = settings.get("flush_s", 1.0)
        self.suspects: frozenset[tuple[str, int, str]] = frozenset(settings.get("suspects", ()))
        self.engine: str = settings.get("engine", "auto")
        self.frames: int = settings.get("frames", 1)
        self.lent: str = settings.get("lent", "")
        self.budget_s: float = settings.get("budget_s", 0.0)
        self.clock: str = settings.get("clock", "auto")
        self.until: float = settings.get("until", 0.0)
        self.site: str = settings.get("site", "")
        self.roots: tuple[str, ...] = tuple(settings.get("roots", ()))


def read(folder: str) -> Config:
    """Read the settings that the launcher left in `folder`.

    Raises:
        OSError, ValueError: there are none; the process then runs unobserved.
    """
    with open(folder + "/" + FILE, "rb") as file:
        return Config(folder, marshal.loads(file.read()))  # noqa: S302 - our launcher wrote it, in a private folder
