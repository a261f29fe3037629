"""What a project's own files say of it: name, dependencies, build settings."""

from __future__ import annotations

import ast
import configparser
import importlib
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from pathlib import Path

tomllib: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

MAX_REQUIREMENT_FILES = 12


@dataclass
class Metadata:
    """The declared side of a project. Dependency names are canonical (`foo-bar`)."""

    name: str | None = None
    requires_python: str | None = None
    runtime: list[Requirement] = field(default_factory=list)  # needed to run at all
    development: set[str] = field(default_factory=set)  # names from extras, groups, test requirements
    extras: dict[str, set[str]] = field(default_factory=dict)  # name of an extra -> names that it asks for
    pyproject: dict[str, Any] = field(default_factory=dict)
    setup_cfg: dict[str, dict[str, str]] = field(default_factory=dict)
    setup_py: dict[str, Any] = field(default_factory=dict)  # literal keyword arguments of setup()
    problems: list[str] = field(default_factory=list)

    @property
    def dependencies(self) -> set[str]:
        """Names of everything that is declared anywhere."""
        return {canonicalize_name(one.name) for one in self.runtime} | self.development

    def tool(self, *keys: str) -> Any:
        """The value at `[tool.<keys>]` of pyproject.toml, or None."""
        value: Any = self.pyproject.get("tool", {})
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                return None
            value = value[key]
        return value


def read(project: Path, files: list[str]) -> Metadata:
    """Read every declaration at the top of `project`; an unreadable file becomes a problem, not an error."""
    metadata = Metadata()
    _read_pyproject(project, metadata)
    _read_setup_cfg(project, metadata)
    _read_setup_py(project, metadata)
    _read_requirement_files(project, files, metadata)
    return metadata


def ini(path: Path) -> dict[str, dict[str, str]]:
    """The sections of an INI file; empty when it is missing or malformed."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, configparser.Error):
        return {}
    return {section: dict(parser.items(section)) for section in parser.sections()}


def _read_pyproject(project: Path, metadata: Metadata) -> None:
    path = project / "pyproject.toml"
    if not path.is_file():
        return
    try:
        metadata.pyproject = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        metadata.problems.append(f"pyproject.toml cannot be read ({error}); mend it")
        return
    standard = _table(metadata.pyproject.get("project"))
    metadata.name = _text(standard.get("name"))
    metadata.requires_python = _text(standard.get("requires-python"))
    metadata.runtime += _requirements(standard.get("dependencies"))
    for name, extra in _table(standard.get("optional-dependencies")).items():
        _add_extra(metadata, name, extra)
    for group in _table(metadata.pyproject.get("dependency-groups")).values():
        metadata.development |= _names(group)
    metadata.development |= _names(metadata.tool("uv", "dev-dependencies"))
    for group in _table(metadata.tool("pdm", "dev-dependencies")).values():
        metadata.development |= _names(group)
    _read_poetry(metadata)


def _read_poetry(metadata: Metadata) -> None:
    poetry = _table(metadata.tool("poetry"))
    metadata.name = metadata.name or _text(poetry.get("name"))
    main = _table(poetry.get("dependencies"))
    for name, constraint in main.items():
        if name.lower() == "python":
            metadata.requires_python = metadata.requires_python or _caret(_text(constraint))
        elif not (isinstance(constraint, dict) and (constraint.get("optional") or constraint.get("markers"))):
            metadata.runtime += _requirements([name])
    groups = [_table(poetry.get("dev-dependencies"))]
    groups += [_table(_table(group).get("dependencies")) for group in _table(poetry.get("group")).values()]
    for group in groups:
        metadata.development |= {canonicalize_name(name) for name in group}


def _caret(constraint: str | None) -> str | None:
    """Poetry's `^3.9` and `~3.9` as an ordinary lower bound, which is the part that matters here."""
    if constraint is None:
        return None
    match = re.match(r"[\^~]\s*(\d+(?:\.\d+)*)$", constraint.strip())
    return f">={match.group(1)}" if match else constraint


def _read_setup_cfg(project: Path, metadata: Metadata) -> None:
    metadata.setup_cfg = ini(project / "setup.cfg")
    metadata.name = metadata.name or metadata.setup_cfg.get("metadata", {}).get("name")
    options = metadata.setup_cfg.get("options", {})
    metadata.requires_python = metadata.requires_python or options.get("python_requires")
    metadata.runtime += _requirements(options.get("install_requires", "").splitlines())
    metadata.development |= _names(options.get("tests_require", "").splitlines())
    for name, extra in metadata.setup_cfg.get("options.extras_require", {}).items():
        _add_extra(metadata, name, extra.splitlines())


def _read_setup_py(project: Path, metadata: Metadata) -> None:
    """Literal arguments of `setup()` only: running the file could do anything."""
    path = project / "setup.py"
    try:
        tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) == "setup":
            for keyword in node.keywords:
                if keyword.arg is not None:
                    metadata.setup_py[keyword.arg] = _literal(keyword.value)
    arguments = {key: value for key, value in metadata.setup_py.items() if value is not None}
    metadata.setup_py = arguments
    metadata.name = metadata.name or _text(arguments.get("name"))
    metadata.requires_python = metadata.requires_python or _text(arguments.get("python_requires"))
    metadata.runtime += _requirements(arguments.get("install_requires"))
    metadata.development |= _names(arguments.get("tests_require"))
    for name, extra in _table(arguments.get("extras_require")).items():
        _add_extra(metadata, name, extra)


def _add_extra(metadata: Metadata, name: str, lines: Any) -> None:
    metadata.extras[name] = _names(lines)
    metadata.development |= metadata.extras[name]


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return None


def _read_requirement_files(project: Path, files: list[str], metadata: Metadata) -> None:
    pattern = re.compile(r"(requirements/[^/]+|[^/]*requirements[^/]*)\.(txt|in)$", re.IGNORECASE)
    for name in [path for path in files if pattern.match(path)][:MAX_REQUIREMENT_FILES]:
        try:
            lines = (project / name).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        if name == "requirements.txt":
            metadata.runtime += _requirements(lines)
        else:
            metadata.development |= _names(lines)


def _requirements(lines: Any) -> list[Requirement]:
    """The requirements among `lines`; options, comments, paths and what nobody can parse are left out."""
    found = []
    for line in lines if isinstance(lines, (list, tuple)) else []:
        if not isinstance(line, str):
            continue
        text = re.split(r"\s#|\s--|\s*\\$", line.strip())[0].strip()
        if text and not text.startswith(("#", "-")):
            try:
                found.append(Requirement(text))
            except InvalidRequirement:
                continue
    return found


def _names(lines: Any) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in _requirements(lines)}


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
