"""The process environment in which commands run in a tree execute that tree's own code."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem
from codeflash_python import probe as probes

if TYPE_CHECKING:
    from codeflash_agent.language import Setup

# Holds `codeflash_bench`, by which suites of pytest-benchmark, pyperf and asv report their figures.
RUNNER = Path(__file__).resolve().parent / "injected" / "runner"
# They would make the target interpreter look for its library, or a tool for its environment, in the wrong place.
REMOVED = (
    "PYTHONHOME",
    "__PYVENV_LAUNCHER__",
    "UV_PROJECT",
    "UV_WORKING_DIRECTORY",
    "UV_LOCKED",
    "UV_ISOLATED",
    "UV_PYTHON",
    "CODEFLASH_PYTHON",
)


def environment(setup: Setup, project: Path, tree: Path, probe: Path | None = None) -> dict[str, str]:
    """The complete environment for commands with cwd `tree`; see `Language.environment`.

    The tree's source roots stand first in PYTHONPATH. That is before everything an environment's `.pth` files and
    setuptools' import hooks for editable installs can offer, so the checkout that an editable install points to does not
    win; `origin.foreign_modules` proves it for a given tree.

    Raises:
        EnvironmentProblem: a stand-in for a bare interpreter cannot be made.
    """
    environ = {name: value for name, value in os.environ.items() if name not in REMOVED}
    prefix = setup.details.get("environment")
    search = command_folders(setup)
    old_prefix = environ.pop("VIRTUAL_ENV", None)
    left_out = {str(Path(old_prefix) / "bin")} if old_prefix and old_prefix != prefix else set()
    inherited = [entry for entry in environ.get("PATH", os.defpath).split(os.pathsep) if entry not in left_out]
    environ["PATH"] = os.pathsep.join(dict.fromkeys([*search, *inherited]))
    if prefix and setup.details.get("environment_kind") == "venv":
        environ["VIRTUAL_ENV"] = prefix
        # `uv run` in a worktree would make an environment there; this names the checkout's, to be used as it is.
        environ["UV_PROJECT_ENVIRONMENT"] = prefix
    if prefix and setup.details.get("environment_kind") == "conda":
        environ["CONDA_PREFIX"] = prefix
        environ["CONDA_DEFAULT_ENV"] = Path(prefix).name
    environ["UV_NO_SYNC"] = "1"
    first = []
    if probe is not None:
        first = [probes.install(probe)]
        # Hash order changes what sets and dicts cost; both sides of a measurement get the same.
        environ["PYTHONHASHSEED"] = "0"
    roots = [str(path) for path in import_roots(setup, tree)]
    kept = [moved(entry, project, tree) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([*first, *roots, *kept, str(RUNNER)]))
    return environ


def import_roots(setup: Setup, tree: Path) -> list[Path]:
    """The folders of `tree` that hold the project's top-level packages and modules."""
    return [Path(os.path.normpath(tree / root)) for root in setup.details.get("import_roots", [setup.source_root])]


def moved(entry: str, project: Path, tree: Path) -> str:
    """A path into the user's checkout becomes the same path in `tree`; other paths stay."""
    if not Path(entry).is_absolute():
        return entry
    inside = os.path.relpath(os.path.realpath(entry), os.path.realpath(project))
    if inside == os.pardir or inside.startswith(os.pardir + os.sep):
        return entry
    return os.path.normpath(tree / inside)


def command_folders(setup: Setup) -> list[str]:
    """What PATH must begin with for `python`, `python3` and the environment's tools to be the target's."""
    interpreter = Path(setup.interpreter)
    own = interpreter.parent
    if all((own / name).exists() for name in ("python", "python3")):
        return [str(own)]
    # A system's Python may be called python3 only, and `python` then means another one.
    return [_stand_in(interpreter), str(own)]


def _stand_in(interpreter: Path) -> str:
    """A folder with `python` and `python3` that start `interpreter`."""
    name = hashlib.sha256(str(interpreter).encode()).hexdigest()[:12]
    cache = os.environ.get("XDG_CACHE_HOME", "")
    wanted = Path(cache) if Path(cache).is_absolute() else Path.home() / ".cache"
    for base in (
        wanted / "codeflash" / "interpreters",
        Path(tempfile.gettempdir()) / f"codeflash-interpreters-{os.getuid()}",
    ):
        folder = base / name
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if folder.stat().st_uid != os.getuid():
                continue
            for link in (folder / "python", folder / "python3"):
                if not link.is_symlink():
                    _link(link, interpreter)
        except OSError:
            continue
        return str(folder)
    raise EnvironmentProblem(f"cannot write a folder for `python` to mean {interpreter}; make {wanted} writable")


def _link(link: Path, interpreter: Path) -> None:
    temporary = link.with_name(f"{link.name}.{os.getpid()}")
    temporary.symlink_to(interpreter)
    temporary.replace(link)
