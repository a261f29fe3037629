"""What a path of a Python repository is."""

from __future__ import annotations

import fnmatch
import functools
import re
from pathlib import PurePosixPath

TEST = "test"
BENCHMARK = "benchmark"
CONFIGURATION = "configuration"
SOURCE = "source"
GENERATED = "generated"

BENCHMARK_FOLDERS = frozenset({"benchmark", "benchmarks", "bench", "benches", "asv_bench", "asv", "perf"})
BENCHMARK_FILES = (
    "bench.py",
    "bench_*.py",
    "*_bench.py",
    "benchmark*.py",
    "*_benchmark.py",
    "*_benchmarks.py",
    "asv.conf.json",
)
# `testing` is left out: packages such as numpy ship one for their users.
TEST_FOLDERS = frozenset({"test", "tests", "unittests", "functional_tests", "integration_tests", "unit_tests"})
TEST_FILES = ("test_*.py", "*_test.py", "test.py", "tests.py", "conftest.py", "test_*.txt")
# What interpreters and tools leave behind by running; never part of a change, whether or not git ignores it.
GENERATED_FOLDERS = frozenset(
    {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".benchmarks", ".tox", ".nox", ".asv"}
)
GENERATED_FILES = ("*.pyc", "*.pyo", ".coverage", ".coverage.*", "core", "core.[0-9]*", "*.prof", ".testmondata*")
CONFIGURATION_FOLDERS = frozenset({".github", ".circleci", ".gitlab", ".ci", ".devcontainer", ".vscode", ".idea"})
CONFIGURATION_FILES = (
    "*.toml",
    "*.cfg",
    "*.ini",
    "*.lock",
    "*.yml",
    "*.yaml",
    "*.pth",
    "requirements*.txt",
    "requirements*.in",
    "constraints*.txt",
    "setup.py",
    "noxfile.py",
    "tasks.py",
    "fabfile.py",
    # These run in every process of an environment, so they can change what is measured.
    "sitecustomize.py",
    "usercustomize.py",
    "Makefile",
    "justfile",
    "Dockerfile*",
    "Jenkinsfile",
    "Pipfile",
    "MANIFEST.in",
    ".*",
)


@functools.lru_cache(maxsize=1 << 17)
def kind_of(path: str) -> str:
    """What `path`, relative to the repository's top, is.

    Benchmarks come before tests (``tests/benchmarks/`` holds benchmarks), and both before configuration (a ``conftest.py``
    or a data file of the tests belongs to the tests). What fits nothing is source.
    """
    pure = PurePosixPath(path.replace("\\", "/"))
    folders = {part.lower() for part in pure.parts[:-1]}
    name = pure.name
    if folders & GENERATED_FOLDERS or _matches(name, GENERATED_FILES) or any(".egg-info" in part for part in folders):
        return GENERATED
    if folders & CONFIGURATION_FOLDERS:
        return CONFIGURATION
    if folders & BENCHMARK_FOLDERS or _matches(name, BENCHMARK_FILES):
        return BENCHMARK
    if folders & TEST_FOLDERS or _matches(name, TEST_FILES):
        return TEST
    if _matches(name, CONFIGURATION_FILES):
        return CONFIGURATION
    return SOURCE


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return _pattern(patterns).match(name) is not None


@functools.cache
def _pattern(globs: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all of `globs`: detection asks for every file of a repository."""
    return re.compile("|".join(fnmatch.translate(one) for one in globs))
