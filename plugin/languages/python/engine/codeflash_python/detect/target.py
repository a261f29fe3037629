"""What the target interpreter says of itself: version, prefix, installed distributions, importable tools."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_S = 20.0
PROFILERS = ("yappi", "memray", "pyinstrument", "scalene", "line_profiler")
TOOLS = (
    "pytest",
    "pytest_benchmark",
    "pytest_codspeed",
    "pytest_cov",
    "pytest_asyncio",
    "pytest_timeout",
    "xdist",
    "pyperf",
    "asv",
    "codeflash",
    "numpy",
    "pip",
)
# Runs in the target interpreter, whatever version that is; distributions are told by the names of their folders, which is
# ten times quicker than reading their metadata.
ASK = """
import json, os, platform, sys, importlib.util
dists = []
for entry in sys.path:
    try:
        names = os.listdir(entry)
    except OSError:
        continue
    for name in names:
        for suffix in (".dist-info", ".egg-info", ".egg-link"):
            if name.endswith(suffix):
                dists.append(name[:-len(suffix)].split("-")[0])
def has(name):
    try:
        return importlib.util.find_spec(name) is not None
    except Exception:
        return False
print(json.dumps({
    "executable": sys.executable, "prefix": sys.prefix, "base_prefix": sys.base_prefix,
    "conda": os.path.isdir(os.path.join(sys.prefix, "conda-meta")),
    "importable": [name for name in sys.argv[1:] if has(name)], "distributions": sorted(set(dists)),
    "stdlib": sorted(getattr(sys, "stdlib_module_names", ())),
    "markers": {
        "implementation_name": sys.implementation.name, "os_name": os.name, "platform_machine": platform.machine(),
        "implementation_version": platform.python_version(),
        "platform_python_implementation": platform.python_implementation(), "platform_release": platform.release(),
        "platform_system": platform.system(), "platform_version": platform.version(),
        "python_full_version": platform.python_version(), "python_version": "%d.%d" % sys.version_info[:2],
        "sys_platform": sys.platform, "extra": "",
    },
}))
"""


@dataclass
class Target:
    """An interpreter that ran and answered."""

    interpreter: str  # absolute, as it calls itself: an environment's own link, not what that points to
    version: str  # e.g. "3.11.7"
    prefix: str
    kind: str  # venv | conda | bare
    importable: list[str]
    distributions: set[str]  # names as their folders spell them, in lower case with underscores
    stdlib: set[str]
    markers: dict[str, str] = field(default_factory=dict)

    def has(self, module: str) -> bool:
        """Whether a module of `PROFILERS` or `TOOLS` can be imported."""
        return module in self.importable

    def installed(self, distribution: str) -> bool:
        """Whether a distribution is installed, whatever way its name is spelt."""
        return distribution.lower().replace("-", "_").replace(".", "_") in self.distributions


class NoAnswer(Exception):
    """The interpreter does not start, is too old to answer, or hangs; the message says what was seen."""


def ask(interpreter: str, cwd: Path | None = None) -> Target:
    """Run `interpreter` and ask it.

    It runs in `cwd` where version managers decide by the folder, else in an empty place.

    Raises:
        NoAnswer: it could not be asked.
    """
    return _target(_answer(interpreter, ASK, [*PROFILERS, *TOOLS], cwd))


def missing_modules(interpreter: str, modules: list[str]) -> list[str]:
    """Those of the top-level `modules` that `interpreter` cannot find; none when it cannot be asked."""
    script = """
import importlib.util, json, sys
def has(name):
    try:
        return name in sys.modules or importlib.util.find_spec(name) is not None
    except Exception:
        return False
print(json.dumps({"missing": [name for name in sys.argv[1:] if not has(name)]}))
"""
    try:
        found: list[str] = _answer(interpreter, script, modules, None)["missing"] if modules else []
    except NoAnswer:
        return []
    return found


def _answer(interpreter: str, script: str, arguments: list[str], cwd: Path | None) -> dict[str, Any]:
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "__PYVENV_LAUNCHER__")}
    # With -c the folder it runs in would come first in sys.path, and the project's own files would answer for tools.
    script = "import sys\nsys.path[:] = [e for e in sys.path if e not in ('', '.')]\n" + script
    try:
        done = subprocess.run(
            [interpreter, "-c", script, *arguments],
            cwd=cwd or tempfile.gettempdir(),
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout.decode("utf-8", "replace").strip().rpartition("\n")[2])
    except OSError as error:
        raise NoAnswer(error.strerror or str(error)) from error
    except subprocess.TimeoutExpired as error:
        raise NoAnswer(f"no answer in {TIMEOUT_S:.0f} s") from error
    except ValueError as error:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no answer"]
        raise NoAnswer(said[-1] if said[-1].strip() else said[0]) from error
    return answer


def _target(answer: dict[str, Any]) -> Target:
    if not answer.get("executable"):
        raise NoAnswer("it does not know its own path")
    kind = "conda" if answer["conda"] else "venv" if answer["prefix"] != answer["base_prefix"] else "bare"
    return Target(
        interpreter=answer["executable"],
        version=answer["markers"]["python_full_version"],
        prefix=answer["prefix"],
        kind=kind,
        importable=answer["importable"],
        distributions={name.lower().replace("-", "_").replace(".", "_") for name in answer["distributions"]},
        stdlib=set(answer["stdlib"]),
        markers=answer["markers"],
    )
