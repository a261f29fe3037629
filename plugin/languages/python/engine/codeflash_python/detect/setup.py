"""Puts the parts of detection together into a `Setup`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from codeflash_agent.language import Setup
from codeflash_python.detect import (
    benchmarks,
    frameworks,
    generated,
    layout,
    manager,
    metadata,
    project_files,
    target,
    tests_command,
)

if TYPE_CHECKING:
    from pathlib import Path

MAX_TRIED = 4  # interpreters that were found but do not start
CI_FILES = re.compile(
    r"\.github/workflows/[^/]+\.ya?ml|\.gitlab-ci\.yml|\.circleci/config\.yml|azure-pipelines\.yml|\.travis\.yml|Jenkinsfile"
)


def detect(project: Path) -> Setup:
    """Find out how `project` (absolute) is run. Reads files and starts interpreters with a question; changes nothing."""
    files = project_files.list_files(project)
    declared = metadata.read(project, files)
    managed = manager.find_manager(project, declared, files)
    candidate, answer, failed = _choose(project, manager.candidates(project, managed, declared, files))
    found_layout = layout.find_layout(files, declared)
    tests = tests_command.find_tests(
        project, files, declared, answer, lambda name: _adding(name, managed, candidate, answer, declared)
    )
    if answer is not None and tests.imports:
        absent = target.missing_modules(answer.interpreter, sorted(set(tests.imports) - answer.stdlib - {"pytest"}))
        if absent:
            tests.problems.append(
                f"the tests import {', '.join(absent[:6])}, which the project's interpreter cannot find: {managed.install}"
            )
    measured = benchmarks.find_benchmarks(project, files, answer)
    chosen = next((one for one in measured if one.ready), None)
    setup = Setup(
        language="python",
        runner=candidate.runner if candidate else "python3",
        interpreter=answer.interpreter if answer else "",
        version=answer.version if answer else "",
        manager=managed.name,
        source_root=found_layout.source_root,
        packages=found_layout.packages,
        test_command=tests.command,
        benchmark_command=chosen.command if chosen else None,
        frameworks=frameworks.find_frameworks(project, files, declared, found_layout.packages),
        profilers=[name for name in target.PROFILERS if answer and answer.has(name)],
    )
    setup.problems += declared.problems
    setup.problems += _environment_problems(project, managed, candidate, answer, declared)
    if not found_layout.packages:
        setup.problems.append(
            "no package or module of the project's own was found; name the folder that holds its code"
        )
    setup.problems += tests.problems
    ci = [path for path in files if CI_FILES.fullmatch(path)]
    setup.details = {
        "layout": found_layout.kind,
        "import_roots": found_layout.import_roots,
        "environment": answer.prefix if answer and answer.kind != "bare" else None,
        "environment_kind": answer.kind if answer else None,
        "project_name": declared.name,
        "requires_python": declared.requires_python,
        "install_command": None if answer and answer.kind != "bare" else managed.install,
        "adding_command": _adding("PACKAGE", managed, candidate, answer, declared),
        "test_runner": tests.runner,
        "test_files": tests.files,
        "test_hints": tests.hints,
        "benchmark_candidates": [one.as_json() for one in measured],
        "carry": generated.find_generated(project, found_layout.import_roots, found_layout.packages),
        "ci": ci,
        "pre_commit": ".pre-commit-config.yaml" in files,
        "codeflash_package": bool(answer and answer.has("codeflash")) or "codeflash" in declared.dependencies,
    }
    setup.notes += failed
    setup.notes += tests.notes
    setup.notes += _notes(setup, answer, measured, files)
    return setup


def _choose(
    project: Path,
    found: list[manager.Candidate],
) -> tuple[manager.Candidate | None, target.Target | None, list[str]]:
    """The first candidate that answers, its answer, and one line for each that did not."""
    failed: list[str] = []
    for candidate in found:
        try:
            answer = target.ask(candidate.interpreter, project if candidate.in_project else None)
        except target.NoAnswer as reason:
            failed.append(f"`{candidate.runner}` does not start and was passed over ({str(reason)[:160]})")
        else:
            return candidate, answer, failed
        if len(failed) >= MAX_TRIED:
            break
    return None, None, failed


def _adding(
    distribution: str,
    managed: manager.Manager,
    candidate: manager.Candidate | None,
    answer: target.Target | None,
    declared: metadata.Metadata,
) -> str:
    """The command that brings one distribution into the environment that was chosen."""
    plain = managed.name in ("pip", "none")
    if not plain and distribution in declared.dependencies:
        return managed.install  # it is declared: what is missing is the tool's own step
    command = managed.add
    if plain and candidate is not None and answer is not None:
        own = candidate.own or answer.kind != "bare"
        command = f"{candidate.runner} -m pip install" if own else managed.install
    return command if distribution in command.split() else f"{command} {distribution}"


def _environment_problems(
    project: Path,
    managed: manager.Manager,
    candidate: manager.Candidate | None,
    answer: target.Target | None,
    declared: metadata.Metadata,
) -> list[str]:
    """What keeps the project from running in the interpreter that was chosen."""
    found = []
    named = os.environ.get(manager.OVERRIDE)
    if named and (candidate is None or candidate.runner != named):
        found.append(f"{manager.OVERRIDE}={named} does not start; point it at the project's interpreter, or unset it")
    if answer is None or candidate is None:
        found.append(f"no interpreter for the project starts; make its environment with: {managed.install}")
        return found
    missing = missing_requirements(answer, declared)
    shown = ", ".join(missing[:6]) + (", …" if len(missing) > 6 else "")
    if not candidate.own and (missing or managed.name not in ("pip", "none")):
        lacking = f" lacks {shown}" if missing else " is not the project's own"
        found.append(
            f"no environment of the project's was found in {project}, and {answer.interpreter}{lacking}; "
            f"make one with: {managed.install}"
        )
    elif missing:
        found.append(
            f"the environment at {answer.prefix} lacks {shown}; install what the project needs with: {managed.install}"
        )
    if declared.requires_python and not _satisfies(answer.version, declared.requires_python):
        found.append(
            f"the project asks for Python {declared.requires_python} and {candidate.runner} is {answer.version}; "
            f"make an environment with the right version with: {managed.install}"
        )
    return found


def missing_requirements(answer: target.Target, declared: metadata.Metadata) -> list[str]:
    """Runtime requirements that apply to this interpreter and are not installed."""
    found = []
    for requirement in declared.runtime:
        applies = requirement.marker is None or requirement.marker.evaluate(dict(answer.markers))
        if applies and not answer.installed(requirement.name) and requirement.name != declared.name:
            found.append(requirement.name)
    return sorted(set(found))


def _satisfies(version: str, wanted: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - only here, and slow to import
    from packaging.version import InvalidVersion  # noqa: PLC0415

    try:
        return SpecifierSet(wanted).contains(version.rstrip("+"), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True  # nobody can tell, so it is no reason to complain


def _notes(
    setup: Setup, answer: target.Target | None, measured: list[benchmarks.Benchmark], files: list[str]
) -> list[str]:
    found: list[str] = []
    details: dict[str, Any] = setup.details
    others = [one for one in measured if one.command != setup.benchmark_command]
    found += [
        f"another benchmark: {one.command}"
        + ("" if one.ready else f" (needs {', '.join(one.needs) or one.kind}, which is not importable)")
        for one in others[:5]
    ]
    seeded = next((one for one in measured if one.second and one.command == setup.benchmark_command), None)
    if seeded is not None:
        found.append(
            f"the benchmark takes a seed: `baseline` takes `{seeded.second}` as --second, to check a gain on another input"
        )
    if not measured:
        found.append("no benchmark was found: write one that runs the slow path with real data, about a second of work")
    if answer is not None:
        clash = sorted(_top_names(details["import_roots"], files) & answer.stdlib)
        if clash:
            found.append(f"{', '.join(clash)} at the source root have names of standard library modules and hide them")
        compiled = [
            path for path in files if path.endswith((".pyx", ".pxd", ".c", ".cpp", ".rs")) and "/test" not in path
        ]
        if compiled:
            found.append("the project has compiled parts: a worktree needs its own build of them")
    if details["ci"]:
        found.append(f"continuous integration: {', '.join(details['ci'][:4])}")
    if details["pre_commit"]:
        found.append("pre-commit is configured: a good guard is `pre-commit run --files <changed files>`")
    if details["codeflash_package"]:
        found.append("the codeflash package is there: `codeflash compare` can be used too")
    return found


def _top_names(roots: list[str], files: list[str]) -> set[str]:
    found = set()
    for root in roots:
        prefix = "" if root == "." else f"{root}/"
        for path in files:
            if path.startswith(prefix) and path.endswith(".py"):
                inside = path[len(prefix) :].split("/")
                if len(inside) == 1 and inside[0] != "setup.py":
                    found.add(inside[0][:-3])
                elif len(inside) == 2 and inside[1] == "__init__.py":
                    found.add(inside[0])
    return found
