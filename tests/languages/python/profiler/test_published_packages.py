"""The test suites of five published packages, without the profiler and under each of its passes: the same outcome.

Needs the package index (through pip) and about three minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from .conftest import SCRIPT

pytestmark = [
    pytest.mark.noisy,
    pytest.mark.slow,
    pytest.mark.skipif(sys.version_info < (3, 11), reason="the pinned numpy needs Python 3.11"),
]
LISTS = Path(__file__).parent / "published"
LIMIT_S = 300


class Suite:
    """A package's suite: what kind of program it is, where its code lies, and which tests are run."""

    def __init__(self, kind, folder, source, root, *tests, passes=("joint", "calls", "allocations")):
        """Name the suite; `tests` are pytest's arguments."""
        self.kind, self.folder, self.source, self.root = kind, folder, source, root
        self.tests, self.passes = tests, passes


SUITES = (
    # Three tests of test_dos_prevention assert that they take less than a second, which no allocator hook leaves true.
    Suite("pure CPU", "sqlparse-0.6.1", ".", "sqlparse", "tests", "--ignore", "tests/test_dos_prevention.py"),
    Suite(
        "asyncio over threads",
        "aiosqlite-0.22.1",
        ".",
        "aiosqlite",
        "aiosqlite/tests/smoke.py",
        passes=("joint", "calls", "allocations", "async"),
    ),
    Suite("threads", "cachetools-8.0.1", "src", "src", "tests"),
    Suite(
        "multiprocessing",
        "joblib-1.6.0",
        ".",
        "joblib",
        "joblib/test/test_parallel.py",
        "-k",
        "simple_parallel and (loky or multiprocessing) and not None",
    ),
    Suite("numpy", "uncertainties-3.2.3", ".", "uncertainties", "tests/test_unumpy.py", "tests/test_umath.py"),
)


def call(*words, **settings):
    """Run a command that must succeed."""
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=LIMIT_S, check=False, **settings
    )
    assert done.returncode == 0, f"{words}: {done.stdout[-2000:]} {done.stderr[-2000:]}"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """An environment with the tools, and the unpacked source distributions; gives the folder and its interpreter."""
    folder = tmp_path_factory.mktemp("published")
    call(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    call(python, "-m", "pip", "install", "-q", "--require-hashes", "-r", LISTS / "tools.txt")
    fetch = ("download", "-q", "--no-deps", "--no-binary", ":all:", "--require-hashes", "-r", LISTS / "sdists.txt")
    call(python, "-m", "pip", *fetch, "-d", folder)
    for archive in folder.glob("*.tar.gz"):
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data") if hasattr(tarfile, "data_filter") else opened.extractall(folder)
    return folder, python


def outcomes(path):
    """How often each test case had which outcome, from a JUnit file."""
    found = Counter()
    for case in ET.parse(path).getroot().iter("testcase"):
        inner = {child.tag for child in case} & {"failure", "error", "skipped"}
        found[case.get("classname"), case.get("name"), min(inner, default="passed")] += 1
    return found


@pytest.mark.parametrize("suite", SUITES, ids=[suite.folder for suite in SUITES])
def test_same_outcome_in_every_pass(workshop, suite, tmp_path):
    """Exit code and the outcome of every single test are the same bare and in each pass."""
    folder, python = workshop
    place = folder / suite.folder
    # Each run writes a file named after its process, since only the first run's output is to be seen.
    command = 'exec "$0" -m pytest -q -p no:cacheprovider --junitxml "$OUT/$$.xml" "$@"'
    environment = {**os.environ, "PYTHONPATH": str(place / suite.source), "OUT": str(tmp_path)}
    words = ["sh", "-c", command, str(python), *suite.tests]
    bare = subprocess.run(words, cwd=place, env=environment, capture_output=True, timeout=LIMIT_S, check=False)
    (reference,) = tmp_path.glob("*.xml")
    expected = outcomes(reference)
    assert sum(expected.values()) > 5
    reference.unlink()
    document = tmp_path / "profile.json"
    passes = ",".join(suite.passes)
    options = ["--no-baseline", "--passes", passes, "--memory", "tracemalloc", "--json", str(document)]
    done = subprocess.run(
        [str(python), str(SCRIPT), *options, str(place / suite.root), "--", *words],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == bare.returncode, done.stderr[-3000:]
    files = sorted(tmp_path.glob("*.xml"))
    assert len(files) == len(suite.passes), done.stderr[-3000:]
    for file in files:
        found = outcomes(file)
        assert (found - expected, expected - found) == (Counter(), Counter())
    assert '"targets": [\n' in document.read_text(encoding="utf-8")
