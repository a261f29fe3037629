"""Proof that a tree's commands import that tree's code, not the checkout's or an installed copy."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_python import environment, extensions

if TYPE_CHECKING:
    from codeflash_agent.language import Setup

TIMEOUT_S = 120.0
# Runs in the target interpreter (3.9 on). The folder that -c puts first is taken off: a console script does not have it.
# An import that fails for another reason falls back on where the package would be found.
ASK = """
import importlib, importlib.util, json, os, sys
sys.path[:] = [entry for entry in sys.path if entry]
answers = {}
out = os.dup(1)
os.dup2(2, 1)
for name in sys.argv[1:]:
    try:
        module = importlib.import_module(name)
        where = [module.__file__] if getattr(module, "__file__", None) else list(getattr(module, "__path__", ()))
        answers[name] = {"where": where}
    except BaseException as error:
        try:
            spec = importlib.util.find_spec(name)
            where = [] if spec is None else [spec.origin] if spec.has_location else list(spec.submodule_search_locations or ())
        except BaseException:
            where = []
        answers[name] = {"where": where, "error": "%s: %s" % (type(error).__name__, error)}
os.write(out, json.dumps(answers).encode())
os._exit(0)
"""


def foreign_modules(setup: Setup, project: Path, tree: Path) -> list[str]:
    """Packages that in `tree` would be imported from elsewhere, `name (path)` each, and what could not be asked.

    Compiled extensions that are not made from the tree's source are named too: with them the tree runs other code.
    """
    built = extensions.not_its_own(setup, project, tree)  # first: a build may mend an import
    found = [
        f"{name} ({_reason(answer)})"
        for name, answer in _ask(setup, project, tree).items()
        if _foreign(answer["where"], tree, project)
    ]
    return found + built


def _ask(setup: Setup, project: Path, tree: Path) -> dict[str, Any]:
    if not setup.packages:
        return {}
    environ = environment.environment(setup, project, tree)
    try:
        done = subprocess.run(
            [setup.interpreter, "-c", ASK, *setup.packages],
            cwd=tree,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        answers: dict[str, Any] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        reason = f"importing it did not end well: {str(error)[:200]}"
        return {name: {"where": [], "error": reason} for name in setup.packages}
    return answers


def _reason(answer: dict[str, Any]) -> str:
    where = [entry for entry in answer["where"] if entry]
    return str(where[0] if where else answer.get("error", "not found"))


def _foreign(where: list[str], tree: Path, project: Path) -> bool:
    """Whether none of `where` lies in `tree`, or one lies in the checkout beside it."""
    portions = [entry for entry in where if entry]
    inside = [_belongs(entry, tree) for entry in portions]
    if not any(inside):
        return True
    # The other portions of a namespace may belong to other distributions; the checkout's own portion may not take part.
    return any(not here and _belongs(entry, project) for entry, here in zip(portions, inside))


def _belongs(path: str, folder: Path) -> bool:
    """Whether `path` lies in `folder` as its own code, so not in an environment that lies there too."""
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(folder))
    parts = Path(inside).parts
    return parts[0] != os.pardir and "site-packages" not in parts
