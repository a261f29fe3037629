"""Which tool manages the project's environment, and where that environment is, without asking the tool to do anything.

Only files are read, because the tools themselves sync, lock or make environments when they are started. Two have no fixed
place for their environments (hatch, pipenv); they are asked by their read-only commands, and only then.
"""

from __future__ import annotations

import base64
import glob
import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codeflash_python.detect.metadata import Metadata

LOCAL_NAMES = (".venv", "venv", "env", ".env", "virtualenv")
OVERRIDE = "CODEFLASH_TARGET_PYTHON"
ASK_TIMEOUT_S = 2.5
TEST_EXTRAS = ("tests", "test", "testing", "dev")


@dataclass(frozen=True)
class Manager:
    """How a project's environment is managed."""

    name: str  # uv | poetry | pdm | hatch | pipenv | conda | pip | none
    install: str  # the command that makes the environment with what the project needs
    add: str  # the command that adds one package to it, which follows


@dataclass(frozen=True)
class Candidate:
    """An interpreter that may be the project's, best first."""

    interpreter: str
    runner: str  # as a person types it at the project's top
    in_project: bool = False  # run it in the project's folder: a version manager decides by that
    own: bool = True  # an environment that is the project's by name or place, not by chance


def find_manager(project: Path, metadata: Metadata, files: list[str]) -> Manager:
    """The manager by lock files first, then by tables of pyproject.toml, then by what else is at the top."""
    has = {name for name in files if "/" not in name}
    if "uv.lock" in has or (metadata.tool("uv") is not None and not has & {"poetry.lock", "pdm.lock"}):
        return Manager("uv", "uv sync --all-extras --all-groups", "uv pip install")
    if "poetry.lock" in has or metadata.tool("poetry") is not None:
        return Manager("poetry", "poetry install", "poetry run pip install")
    if "pdm.lock" in has or metadata.tool("pdm", "dev-dependencies") is not None or (project / ".pdm-python").is_file():
        return Manager("pdm", "pdm install", "pdm run pip install")
    if "Pipfile" in has:
        return Manager("pipenv", "pipenv install --dev", "pipenv run pip install")
    return _plain_manager(metadata, files, has)


def _plain_manager(metadata: Metadata, files: list[str], has: set[str]) -> Manager:
    """conda, hatch, pip, or nothing: those without a lock file of their own that settles it."""
    condas = sorted(name for name in has if re.match(r"(conda-)?environment[^/]*\.ya?ml$", name))
    if condas and not metadata.pyproject.get("project"):
        return Manager("conda", f"conda env create -f {condas[0]}", "conda install")
    if metadata.tool("hatch", "envs") is not None and shutil.which("hatch"):
        return Manager("hatch", "hatch env create", "hatch run pip install")
    requirements = [name for name in files if re.match(r"(requirements/)?[^/]*requirements[^/]*\.txt$", name)]
    packaged = bool(has & {"setup.py", "setup.cfg"}) or bool(
        metadata.pyproject.get("project") or metadata.pyproject.get("build-system")
    )
    extra = next((name for name in TEST_EXTRAS if "pytest" in metadata.extras.get(name, ())), None)
    wanted = " ".join(
        [
            *([f"-e '.[{extra}]'" if extra else "-e ."] if packaged else []),
            *(f"-r {name}" for name in requirements[:3]),
            *(["pytest"] if extra is None else []),
        ]
    )
    make = "python3 -m venv .venv && .venv/bin/python -m pip install"
    add = ".venv/bin/python -m pip install"
    if condas:
        return Manager("conda", f"conda env create -f {condas[0]}", "conda install")
    if packaged or requirements:
        return Manager("pip", f"{make} {wanted}", add)
    return Manager("none", f"{make} pytest", add)


def candidates(project: Path, manager: Manager, metadata: Metadata, files: list[str]) -> list[Candidate]:
    """Interpreters that may be the project's, best first; each has still to be run."""
    found: list[Candidate] = []
    override = os.environ.get(OVERRIDE)
    if override:
        path = override if os.sep not in override else os.path.normpath(project / override)
        found.append(Candidate(path, override))
    elif manager.name == "uv":
        found += _uv(project)
    elif manager.name == "poetry":
        found += _poetry(project, metadata)
    elif manager.name == "pdm":
        found += _pdm(project)
    elif manager.name in ("hatch", "pipenv"):
        found += _asked(project, manager)
    elif manager.name == "conda":
        found += _conda(project, files)
    found += _local(project, manager)
    active = os.environ.get("VIRTUAL_ENV") or os.environ.get("CONDA_PREFIX")
    if active and _python_of(Path(active)):
        found.append(Candidate(_python_of(Path(active)), "python", own=False))
    found += [Candidate(name, name, in_project=True, own=False) for name in ("python", "python3") if shutil.which(name)]
    found += [
        Candidate(path, path, own=False)
        for path in ("/usr/local/bin/python3", "/usr/bin/python3")
        if Path(path).exists()
    ]
    return list(dict.fromkeys(found))


def _python_of(prefix: Path) -> str:
    path = prefix / "bin" / "python"
    return str(path) if os.access(path, os.X_OK) else ""


def _uv(project: Path) -> list[Candidate]:
    """The environment that `uv run` would use: the one named, else `.venv` at the project's or its workspace's top."""
    named = os.environ.get("UV_PROJECT_ENVIRONMENT")
    tops = [project]
    for parent in project.parents:
        if (parent / "uv.lock").is_file():
            tops.append(parent)
        if (parent / ".git").exists():
            break
    places = [top / (named or ".venv") for top in tops]
    return [
        Candidate(_python_of(place), "uv run --no-sync python" if shutil.which("uv") else _python_of(place))
        for place in places
        if _python_of(place)
    ]


def _poetry(project: Path, metadata: Metadata) -> list[Candidate]:
    """Poetry's environments: in the project, else in its folder under a name made from the project's name and path."""
    if _python_of(project / ".venv"):
        return [Candidate(_python_of(project / ".venv"), _through("poetry", project / ".venv", project))]
    name = re.sub(r'[ $`!*@"\\\r\n\t]', "_", (metadata.name or project.name).lower())[:42]
    digest = hashlib.sha256(os.path.normcase(os.path.realpath(project)).encode()).digest()
    start = f"{name}-{base64.urlsafe_b64encode(digest).decode()[:8]}-py"
    home = Path.home()
    folders = [
        Path(os.environ.get("POETRY_VIRTUALENVS_PATH") or "/nonexistent"),
        Path(os.environ.get("POETRY_CACHE_DIR") or "/nonexistent") / "virtualenvs",
        Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "pypoetry" / "virtualenvs",
        home / "Library" / "Caches" / "pypoetry" / "virtualenvs",
    ]
    found = [path for folder in folders for path in sorted(folder.glob(f"{glob.escape(start)}*"), reverse=True)]
    return [Candidate(_python_of(path), _through("poetry", path, project)) for path in found if _python_of(path)]


def _through(tool: str, prefix: Path, project: Path) -> str:
    """`tool run python`, or the environment's own interpreter where the tool is not installed."""
    if shutil.which(tool):
        return f"{tool} run python"
    python = _python_of(prefix)
    return os.path.relpath(python, project) if prefix.is_relative_to(project) else python


def _pdm(project: Path) -> list[Candidate]:
    """The interpreter that pdm wrote down."""
    try:
        written = (project / ".pdm-python").read_text(encoding="utf-8").strip()
    except OSError:
        return []
    if not os.access(written, os.X_OK):
        return []
    return [Candidate(written, _through("pdm", Path(written).parent.parent, project))]


def _asked(project: Path, manager: Manager) -> list[Candidate]:
    """The environment by the tool's own read-only answer."""
    if _python_of(project / ".venv"):
        return []
    command = ["hatch", "env", "find", "default"] if manager.name == "hatch" else ["pipenv", "--venv"]
    try:
        done = subprocess.run(
            command,
            cwd=project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ASK_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    path = Path(done.stdout.strip().rpartition("\n")[2] or "/nonexistent")
    return [Candidate(_python_of(path), f"{manager.name} run python")] if _python_of(path) else []


def _conda(project: Path, files: list[str]) -> list[Candidate]:
    """Conda's environments: in the project, else the one that carries the name in environment.yml."""
    names = []
    for file in files:
        if re.match(r"(conda-)?environment[^/]*\.ya?ml$", file):
            match = re.search(
                r"^name:\s*['\"]?([\w.-]+)",
                (project / file).read_text(encoding="utf-8", errors="replace"),
                re.MULTILINE,
            )
            names += [match.group(1)] if match else []
    prefixes = [project / name for name in ("env", ".conda", "envs/default", ".pixi/envs/default")]
    known: list[Path] = []
    try:
        listed = (Path.home() / ".conda" / "environments.txt").read_text(encoding="utf-8")
        known += [Path(line.strip()) for line in listed.splitlines() if line.strip()]
    except OSError:
        pass
    roots = [Path.home() / name for name in ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba")]
    for variable in ("CONDA_ROOT", "MAMBA_ROOT_PREFIX"):
        roots += [Path(os.environ[variable])] if os.environ.get(variable) else []
    if os.environ.get("CONDA_EXE"):
        roots.append(Path(os.environ["CONDA_EXE"]).parent.parent)
    active = Path(os.environ.get("CONDA_PREFIX") or "/nonexistent")
    for name in names:
        prefixes += [path for path in [active, *known] if path.name == name]
        prefixes += [root / "envs" / name for root in roots]
    found = [path for path in prefixes if (path / "conda-meta").is_dir() and _python_of(path)]
    return [Candidate(_python_of(path), _conda_runner(path, project)) for path in dict.fromkeys(found)]


def _conda_runner(prefix: Path, project: Path) -> str:
    if shutil.which("conda"):
        inside = prefix.is_relative_to(project)
        return f"conda run -p {prefix.relative_to(project)} python" if inside else f"conda run -n {prefix.name} python"
    return _python_of(prefix)


def _local(project: Path, manager: Manager) -> list[Candidate]:
    """Environments in the project's folder, the activated one first."""
    active = os.environ.get("VIRTUAL_ENV")
    names = [name for name in LOCAL_NAMES if _python_of(project / name)]
    if active and Path(active).parent == project and Path(active).name not in names and _python_of(Path(active)):
        names.insert(0, Path(active).name)
    elif active:
        names.sort(key=lambda name: str(project / name) != active)
    found = []
    for name in names:
        tool = manager.name if manager.name in ("poetry", "pdm") and name == ".venv" else None
        runner = _through(tool, project / name, project) if tool else f"{name}/bin/python"
        found.append(Candidate(_python_of(project / name), runner))
    return found
