"""Where the project's own code lies: import roots, packages, and the folder that counts as its source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from codeflash_python import paths

if TYPE_CHECKING:
    from codeflash_python.detect.metadata import Metadata

# Folders at the top that are never the project's package.
NOT_PACKAGES = frozenset(
    (
        "doc",
        "docs",
        "documentation",
        "example",
        "examples",
        "sample",
        "samples",
        "demo",
        "demos",
        "script",
        "scripts",
        "tool",
        "tools",
        "build",
        "dist",
        "ci",
        "notebooks",
        "test",
        "tests",
        "testing",
        "benchmark",
        "benchmarks",
        "bench",
        "asv_bench",
        "perf",
        "migrations",
        "alembic",
        "vendor",
        "third_party",
        "typings",
        "stubs",
        "evals",
        "requirements",
        "assets",
        "data",
        "static",
        "templates",
        "config",
        "deploy",
        "docker",
    )
)
NOT_MODULES = frozenset(
    (
        "setup",
        "conftest",
        "noxfile",
        "tasks",
        "fabfile",
        "manage",
        "wsgi",
        "asgi",
        "versioneer",
        "build",
        "dodo",
        "ez_setup",
        "runtests",
        "run_tests",
        "__init__",
        "benchmark",
        "bench",
        "__main__",
    )
)
SOURCE_FOLDERS = ("src", "lib", "python", "source", "Lib")


@dataclass
class Layout:
    """Where the code is. Paths are relative to the project's top, with slashes."""

    kind: str  # src | flat | modules | workspace | none
    source_root: str  # one folder that holds all of the project's own code and as little else as possible
    import_roots: list[str] = field(default_factory=list)  # what must be on the module search path
    packages: list[str] = field(default_factory=list)  # import names, dotted for the inside of a namespace


def find_layout(files: list[str], metadata: Metadata) -> Layout:
    """The layout by what the build settings say, else by the folders."""
    members = _workspace_members(files, metadata)
    code = [path for path in files if path.endswith((".py", ".pyx")) and not _is_member(path, members)]
    declared = _declared_root(metadata)
    roots = [declared] if declared else []
    own = _in_root(code, declared, metadata) if declared else []
    if not own:
        roots, own = _guess(code, metadata)
    for member in members:
        inside = [path for path in files if path.startswith(f"{member}/") and path.endswith(".py")]
        prefix = f"{member}/src" if any(path.startswith(f"{member}/src/") for path in inside) else member
        found = _packages(inside, prefix)
        if found:
            roots.append(prefix)
            own += [name for name in found if name not in own]
    if not own:
        return Layout("none", ".", ["."], [])
    if members and len(roots) > 1:
        return Layout("workspace", ".", roots, own)
    root = roots[0]
    if root != ".":
        return Layout("src", root, [root], own)
    folders = [name for name in own if any(path.startswith(f"{name.replace('.', '/')}/") for path in code)]
    if len(own) == 1 and folders:
        return Layout("flat", own[0].split(".")[0], ["."], own)
    return Layout("flat" if folders else "modules", ".", ["."], own)


def _declared_root(metadata: Metadata) -> str | None:
    """The folder that build settings name as the place of the packages, if they name one."""
    setuptools = metadata.tool("setuptools") or {}
    found: list[Any] = []
    find = metadata.tool("setuptools", "packages", "find", "where")
    found += find if isinstance(find, list) else []
    found.append((setuptools.get("package-dir") or {}).get(""))
    found.append(metadata.setup_cfg.get("options.packages.find", {}).get("where"))
    package_dir = metadata.setup_cfg.get("options", {}).get("package_dir", "")
    match = re.search(r"^\s*=\s*(\S+)", package_dir, re.MULTILINE)
    found.append(match.group(1) if match else None)
    found.append((metadata.setup_py.get("package_dir") or {}).get(""))
    for package in metadata.tool("poetry", "packages") or []:
        found.append(package.get("from") if isinstance(package, dict) else None)
    for package in metadata.tool("hatch", "build", "targets", "wheel", "packages") or []:
        found.append(str(PurePosixPath(package).parent))
    found.append(metadata.tool("pdm", "build", "package-dir"))
    found.append(metadata.tool("uv", "build-backend", "module-root"))
    good = [root.strip("/").removeprefix("./") for root in found if isinstance(root, str) and root.strip("./")]
    return good[0] if good else None


def _guess(code: list[str], metadata: Metadata) -> tuple[list[str], list[str]]:
    """The root by convention, with the packages found there."""
    inside = _packages([path for path in code if path.startswith("src/")], "src")
    if inside and not any(path == "src/__init__.py" for path in code):
        return ["src"], inside
    top = _in_root(code, ".", metadata)
    if top:
        return ["."], top
    for folder in SOURCE_FOLDERS[1:]:
        inside = _packages([path for path in code if path.startswith(f"{folder}/")], folder)
        if inside:
            return [folder], inside
    modules = _top_modules(code, metadata)
    return ["."], modules


def _in_root(code: list[str], root: str, metadata: Metadata) -> list[str]:
    if root != ".":
        return _packages([path for path in code if path.startswith(f"{root}/")], root)
    found = [
        name
        for name in _packages(code, ".", only_regular=True)
        if name not in NOT_PACKAGES and not name.startswith("_") and not name.endswith("_tests")
    ]
    namespace = re.split(r"[-_.]", metadata.name or "")[0]
    if namespace and not any(name.split(".")[0] == namespace for name in found) and namespace not in NOT_PACKAGES:
        found += list(_packages([path for path in code if path.startswith(f"{namespace}/")], "."))
    declared = metadata.setup_py.get("py_modules") or metadata.tool("setuptools", "py-modules") or []
    declared = declared or metadata.setup_cfg.get("options", {}).get("py_modules", "").replace(",", " ").split()
    found += [name for name in declared if f"{name}.py" in code and name not in found]
    if not found:
        # A folder that carries the project's name is its package even when the list above knows the name as something else.
        wanted = (metadata.name or "").replace("-", "_").lower()
        found = [name for name in _packages(code, ".", only_regular=True) if name.lower() == wanted]
    return list(dict.fromkeys(found))


def _packages(code: list[str], root: str, *, only_regular: bool = False) -> list[str]:
    """Import names of the packages and, unless `only_regular`, namespaces and modules directly under `root`."""
    prefix = "" if root == "." else f"{root}/"
    inside = [path[len(prefix) :] for path in code if path.startswith(prefix)]
    regular = {str(PurePosixPath(path).parent) for path in inside if path.endswith("/__init__.py")}
    tops = sorted({path.split("/")[0] for path in inside if "/" in path})
    found = [name for name in tops if name in regular and name.isidentifier()]
    if only_regular:
        return found
    for name in tops:
        if name not in regular and name.isidentifier() and paths.kind_of(f"{name}/x.py") != paths.TEST:
            below = sorted(
                folder for folder in regular if folder.startswith(f"{name}/") and not _has_parent(folder, regular)
            )
            plain = [path for path in inside if path.startswith(f"{name}/")]
            found += [folder.replace("/", ".") for folder in below] or ([name] if plain else [])
    found += sorted(
        path[:-3] for path in inside if "/" not in path and path.endswith(".py") and _module_name(path[:-3])
    )
    return found


def _has_parent(folder: str, regular: set[str]) -> bool:
    return any(str(parent) in regular for parent in PurePosixPath(folder).parents)


def _module_name(name: str) -> bool:
    return name.isidentifier() and name not in NOT_MODULES and paths.kind_of(f"{name}.py") == paths.SOURCE


def _top_modules(code: list[str], metadata: Metadata) -> list[str]:
    names = [path[:-3] for path in code if "/" not in path and path.endswith(".py") and _module_name(path[:-3])]
    wanted = (metadata.name or "").replace("-", "_").lower()
    return [name for name in names if name.lower() == wanted] or names


def _workspace_members(files: list[str], metadata: Metadata) -> list[str]:
    """Folders of further projects in the same repository, where a workspace names them."""
    globs = metadata.tool("uv", "workspace", "members") or []
    if not globs:
        return []
    projects = [str(PurePosixPath(path).parent) for path in files if path.endswith("/pyproject.toml")]
    return [folder for folder in projects if any(PurePosixPath(folder).match(pattern) for pattern in globs)]


def _is_member(path: str, members: list[str]) -> bool:
    return any(path.startswith(f"{member}/") for member in members)
