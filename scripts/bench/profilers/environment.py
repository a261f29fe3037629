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


def prepare(tools: list[str], *, suites: bool, pytest: bool) -> Path:
    """The interpreter of the environment, made on first use, with these tools, and the suites or pytest where asked.

    Old interpreters lack some of the packages: what is not asked for is not installed.

    Raises:
        SystemExit: something could not be installed.
    """
    runners, published = _pins()
    wanted = [TOOLS[name].package for name in tools if TOOLS[name].package]
    wanted += runners if suites or pytest else []
    folder = home() / "{}.{}.{}".format(*sys.version_info[:3])
    python, stamp = folder / "venv" / "bin" / "python", folder / "installed.json"
    installed: list[str] = json.loads(stamp.read_text(encoding="utf-8")) if stamp.exists() else []
    missing = [pin for pin in wanted if pin not in installed]
    sources = [pin for pin in published if suites and pin not in installed]
    if stamp.exists() and not missing and not sources:
        return python
    pip = [str(python), "-m", "pip", "-q", "--disable-pip-version-check"]
    fetch = ["download", "--no-deps", "--no-binary", ":all:", "-d", str(folder / "archives")]
    try:
        if not stamp.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder / "venv"], check=True)
        if missing or sources:
            subprocess.run([*pip, "install", *missing, *sources], check=True)
        if sources:
            subprocess.run([*pip, *fetch, *sources], check=True)
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"cannot make {folder}: {error}; remove it and try again") from None
    for archive in (folder / "archives").glob("*.tar.gz"):
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else opened.extractall(folder)
    stamp.write_text(json.dumps([*installed, *missing, *sources]), encoding="utf-8")
    return python


def suite(python: Path, name: str) -> dict[str, str]:
    """The environment variables that make `workloads.SUITE` run a published suite."""
    for requirement, words in _pins()[1].items():
        if requirement.partition("==")[0] == name:
            folder = python.parents[2] / requirement.replace("==", "-")
            return {"SUITE_FOLDER": str(folder), "SUITE_WORDS": json.dumps(words)}
    raise SystemExit(f"no suite is called {name}; there are {', '.join(SUITES)}")
