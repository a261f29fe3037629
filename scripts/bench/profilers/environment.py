"""The environment in which everything is profiled: pinned tools and suites, kept in the user's cache folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

from bench.profilers.tools import TOOLS

DATA = Path(__file__).resolve().parents[1] / "data"
SUITES = ("sqlparse", "parso", "cachetools")
RUNNERS = ("pytest", "pytest-xdist")


def _pins() -> tuple[list[str], dict[str, list[str]]]:
    """What suites need to run, and the arguments of each suite by its pinned requirement."""
    listed = json.loads((DATA / "suites.json").read_text(encoding="utf-8"))
    runners = [pin for pin in listed["tools"] if pin.partition("==")[0] in RUNNERS]
    suites = {row["package"]: row["tests"] for row in listed["suites"] if row["package"].partition("==")[0] in SUITES}
    return runners, suites


def home() -> Path:
    """Where environments are kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "codeflash" / "bench-profilers"


def prepare() -> Path:
    """The interpreter of the environment, made on first use.

    Raises:
        SystemExit: something could not be installed.
    """
    runners, suites = _pins()
    wanted = [*runners, *suites, *(tool.package for tool in TOOLS.values() if tool.package)]
    folder = home() / "{}.{}.{}".format(*sys.version_info[:3])
    python, stamp = folder / "venv" / "bin" / "python", folder / "installed.json"
    if stamp.exists() and json.loads(stamp.read_text(encoding="utf-8")) == wanted:
        return python
    pip = [str(python), "-m", "pip", "-q", "--disable-pip-version-check"]
    fetch = ["download", "--no-deps", "--no-binary", ":all:", "-d", str(folder / "archives")]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder / "venv"], check=True)
        subprocess.run([*pip, "install", *wanted], check=True)
        subprocess.run([*pip, *fetch, *suites], check=True)
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"cannot make {folder}: {error}; remove it and try again") from None
    for archive in (folder / "archives").glob("*.tar.gz"):
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else opened.extractall(folder)
    stamp.write_text(json.dumps(wanted), encoding="utf-8")
    return python


def suite(python: Path, name: str) -> dict[str, str]:
    """The environment variables that make `workloads.SUITE` run a published suite."""
    for requirement, words in _pins()[1].items():
        if requirement.partition("==")[0] == name:
            folder = python.parents[2] / requirement.replace("==", "-")
            return {"SUITE_FOLDER": str(folder), "SUITE_WORDS": json.dumps(words)}
    raise SystemExit(f"no suite is called {name}; there are {', '.join(SUITES)}")
