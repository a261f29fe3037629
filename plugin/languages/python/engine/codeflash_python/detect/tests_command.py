"""The command that runs the project's tests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codeflash_python import paths
from codeflash_python.detect import imports
from codeflash_python.detect.metadata import ini

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codeflash_python.detect.metadata import Metadata
    from codeflash_python.detect.target import Target

PYTEST = "python -m pytest -q"
MAX_READ = 400  # test files looked into for what they import
# Options in the project's own pytest settings that fail where their plugin is missing.
PLUGIN_OPTIONS = {
    "--cov": ("pytest_cov", "pytest-cov"),
    "--timeout": ("pytest_timeout", "pytest-timeout"),
    "--asyncio-mode": ("pytest_asyncio", "pytest-asyncio"),
    "--numprocesses": ("xdist", "pytest-xdist"),
    "-n": ("xdist", "pytest-xdist"),
    "--dist": ("xdist", "pytest-xdist"),
    "--benchmark": ("pytest_benchmark", "pytest-benchmark"),
}


@dataclass
class Tests:
    """What is known of the project's tests."""

    __test__ = False

    command: str | None = None
    runner: str = "none"  # pytest | unittest | django | none
    files: int = 0
    imports: list[str] = field(default_factory=list)  # top-level names from elsewhere that test modules import
    hints: list[str] = field(default_factory=list)  # commands that the project's own tools run
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def find_tests(
    project: Path, files: list[str], metadata: Metadata, target: Target | None, adding: Callable[[str], str]
) -> Tests:
    """Find the tests and how to run them; `adding` gives the command that brings a package into the environment."""
    test_files = [path for path in files if _is_test_module(path)]
    tests = Tests(files=len(test_files), hints=_hints(project, files))
    if not test_files:
        tests.problems.append(
            "no tests were found: nothing can prove that behaviour is kept; add tests, or name the command that runs them"
        )
        return tests
    uses_pytest, uses_unittest, names = _imports(project, [*test_files, *_conftests(files)])
    tests.imports = sorted(names - imports.own_names(files))
    configured = pytest_settings(project, metadata)
    wants_pytest = (
        configured is not None or uses_pytest or "pytest" in metadata.dependencies or _named("pytest", tests.hints)
    )
    folders = test_folders(files, test_files)
    can_pytest = target is not None and target.has("pytest")
    if "manage.py" in files and not wants_pytest:
        tests.runner, tests.command = "django", "python manage.py test"
    elif can_pytest or wants_pytest or not uses_unittest:
        tests.runner = "pytest"
        arguments = [] if (configured or {}).get("testpaths") else folders
        tests.command = " ".join([PYTEST, *arguments])
        if not can_pytest:
            tests.problems.append(
                f"the tests need pytest, which the project's interpreter cannot import: {adding('pytest')}"
            )
        else:
            tests.problems += _missing_plugins((configured or {}).get("addopts", ""), target, adding)
    else:
        tests.runner = "unittest"
        tests.command = _unittest(folders, files)
    tests.notes += [f"the project's own tools run its tests with: {hint}" for hint in tests.hints[:4]]
    return tests


def pytest_settings(project: Path, metadata: Metadata) -> dict[str, str] | None:
    """The settings that pytest itself would read, by its own order of files; None when there are none."""
    for name, section in (("pytest.ini", "pytest"), (".pytest.ini", "pytest")):
        if (project / name).is_file():
            return ini(project / name).get(section, {})
    table = metadata.tool("pytest", "ini_options")
    table = table if isinstance(table, dict) else metadata.tool("pytest")
    if isinstance(table, dict):
        return {key: " ".join(value) if isinstance(value, list) else str(value) for key, value in table.items()}
    for name, section in (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        found = ini(project / name)
        if section in found:
            return found[section]
    return None


def test_folders(files: list[str], test_files: list[str]) -> list[str]:
    """The folders, or else files, to give to the runner so that it collects the tests and nothing else."""
    tops: dict[str, None] = {}
    for path in test_files:
        parts = path.split("/")
        place = next((index for index, part in enumerate(parts[:-1]) if part.lower() in paths.TEST_FOLDERS), None)
        tops["/".join(parts[: place + 1]) if place is not None else path] = None
    folders = [name for name in tops if not name.endswith(".py")]
    # Test folders inside the package, or files beside the code: the runner's own search finds them.
    if len(folders) > 3 or (folders and len(tops) > len(folders)) or not folders:
        return []
    return [name for name in folders if any(path.startswith(f"{name}/") for path in files)]


def _is_test_module(path: str) -> bool:
    name = path.rpartition("/")[2]
    if not path.endswith(".py") or paths.kind_of(path) != paths.TEST or name == "conftest.py":
        return False
    return name.startswith("test") or name.endswith("_test.py")


def _conftests(files: list[str]) -> list[str]:
    return [path for path in files if path.rpartition("/")[2] == "conftest.py"]


def _imports(project: Path, test_files: list[str]) -> tuple[bool, bool, set[str]]:
    """Whether the tests need pytest, whether any is of the standard library's kind, and what they import unconditionally."""
    pytest = unittest = False
    names: set[str] = set()
    for name in test_files[:MAX_READ]:
        try:
            text = (project / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        pytest = pytest or re.search(r"^\s*(import|from)\s+pytest\b", text, re.MULTILINE) is not None
        plain = re.search(r"^(async )?def test_", text, re.MULTILINE) is not None
        pytest = pytest or plain
        unittest = unittest or "TestCase" in text
        names |= imports.unconditional(text)
    return pytest, unittest, names


def _unittest(folders: list[str], files: list[str]) -> str:
    if len(folders) != 1:
        return "python -m unittest discover"
    folder = folders[0]
    top = " -t ." if f"{folder}/__init__.py" in files else ""
    return f"python -m unittest discover -s {folder}{top}"


def _missing_plugins(options: str, target: Target | None, adding: Callable[[str], str]) -> list[str]:
    found = {}
    for word in options.split():
        for option, (module, distribution) in PLUGIN_OPTIONS.items():
            if (word == option or (word.startswith(option) and option != "-n")) and target and not target.has(module):
                found[distribution] = option
    return [
        f"the project's pytest settings use {option}, which needs {distribution}: {adding(distribution)}"
        for distribution, option in found.items()
    ]


def _named(word: str, lines: list[str]) -> bool:
    return any(re.search(rf"\b{word}\b", line) for line in lines)


def _hints(project: Path, files: list[str]) -> list[str]:
    """Test commands in Makefile, tox.ini and noxfile.py, as they stand there."""
    found: list[str] = []
    for name in ("Makefile", "justfile", "tox.ini", "noxfile.py"):
        if name not in files:
            continue
        try:
            text = (project / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for line in text.splitlines():
            stripped = line.strip().lstrip("@-")
            if name == "noxfile.py":
                match = re.search(r"session\.run\((.*)\)", stripped)
                stripped = " ".join(re.findall(r"[\"']([^\"']*)[\"']", match.group(1))) if match else ""
            command = re.sub(r"^commands?\s*=\s*", "", stripped)
            if re.match(r"([\w{}$()./-]+ )*(pytest|py\.test|unittest)(\s|$)", command) and "install" not in command:
                found.append(f"{command} ({name})")
    return list(dict.fromkeys(found))
