"""Copied to `sitecustomize.py` in the folder that the launcher puts first on the path of every Python process.

Starts observing, takes itself off the path, and makes way for the environment's own `sitecustomize`, so that the
program finds everything as it would without us. Any Python may run this, old ones too, which then stay unobserved.
"""

import os
import sys


def _make_way(here):  # type: (str) -> None  # noqa: ANN001, ANN202 - old Pythons parse this too
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    sys.path_importer_cache.pop(here, None)
    sys.modules.pop("sitecustomize", None)


_here = os.path.dirname(os.path.abspath(__file__))
_folder = os.environ.get("CODEFLASH_COLLECT")
if _folder and sys.version_info >= (3, 9) and getattr(sys, "implementation", None).name == "cpython":  # type: ignore[union-attr]
    try:
        from _codeflash_collect import boot  # type: ignore[import-not-found]

        boot.start(_folder)
    except Exception:
        pass
_make_way(_here)
# The environment's own, if it has one; if not, the error is the one that `site` expects and ignores.
import sitecustomize  # type: ignore[import-not-found] # noqa: E402, F401
