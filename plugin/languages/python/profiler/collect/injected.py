"""Copied to `sitecustomize.py` in the folder that the launcher puts first on the path of every Python process.

Starts observing, takes itself off the path, and makes way for the environment's own `sitecustomize`, so that the
program finds everything as it would without us. Any Python may run this, old ones too, which then stay unobserved.
"""

import os
import sys

_NAME = "_codeflash_collect"


class _Finder:
    """Loads the collectors under file names in angle brackets, as those of built-in modules are.

    Coverage tools, debuggers and warnings then take them for no file of the program, and the temporary folder that they
    come from is named nowhere in it.
    """

    def __init__(self, folder):  # type: (str) -> None  # noqa: ANN001, ANN204 - old Pythons parse this too
        self.folder = folder

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202, ARG002
        """The specification of one of our modules."""
        if name.partition(".")[0] != _NAME:
            return None
        return type(sys.__spec__)(name, self, is_package=name == _NAME)  # type: ignore[arg-type]

    def create_module(self, spec):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        """A module of the usual kind."""

    def exec_module(self, module):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        """Run the module's code, compiled by the launcher where that is the same Python."""
        part = module.__name__.partition(".")[2] or "__init__"
        module.__file__ = "<%s>/%s.py" % (_NAME, part)  # noqa: UP031
        try:
            with open("%s/%s.%x" % (self.folder, part, sys.hexversion), "rb") as file:  # noqa: UP031
                code = sys.modules["marshal"].loads(file.read())
        except (OSError, KeyError, ValueError, EOFError, TypeError):
            with open("%s/%s.py" % (self.folder, part), "rb") as file:  # noqa: UP031
                code = compile(file.read(), module.__file__, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102


def _make_way(here):  # type: (str) -> None  # noqa: ANN001, ANN202 - old Pythons parse this too
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    sys.path_importer_cache.pop(here, None)
    sys.modules.pop("sitecustomize", None)


_here = os.path.dirname(os.path.abspath(__file__))
_folder = os.environ.get("CODEFLASH_COLLECT")
if _folder and sys.version_info >= (3, 9) and getattr(sys, "implementation", None).name == "cpython":  # type: ignore[union-attr]
    _finder = _Finder(_here + "/" + _NAME)
    _known = "__future__" in sys.modules
    sys.meta_path.insert(0, _finder)
    try:
        from _codeflash_collect import boot  # type: ignore[import-not-found]

        boot.start(_folder)
    except Exception:
        pass
    sys.meta_path.remove(_finder)
    if not _known:
        sys.modules.pop("__future__", None)
_make_way(_here)
# The environment's own, if it has one; if not, the error is the one that `site` expects and ignores.
import sitecustomize  # type: ignore[import-not-found] # noqa: E402, F401
