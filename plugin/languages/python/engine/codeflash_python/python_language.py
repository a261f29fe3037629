"""`codeflash_agent.language.Language` for Python: each method hands over to the module that knows."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem
from codeflash_python import environment, lending, origin, paths, probe, tests_runner, tools, workload
from codeflash_python.audit import examine
from codeflash_python.detect import project_files
from codeflash_python.detect.setup import detect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codeflash_agent.language import Answer, Inquiry, Setup, TestReport

PROFILER = Path(__file__).resolve().parents[2] / "references" / "unified-profiling-script.py"


class PythonLanguage:
    """Python projects, run by the project's own interpreter."""

    name = "python"

    def recognises(self, project: Path) -> bool:
        """Whether `project` holds Python code (a build file alone is not enough)."""
        return any(path.endswith(".py") for path in project_files.list_files(project))

    def detect(self, project: Path) -> Setup:
        """Find out how `project` is run, changing nothing in it and asking no network."""
        return detect(project.resolve())

    def environment(self, setup: Setup, project: Path, tree: Path, probe: Path | None = None) -> dict[str, str]:
        """The process environment in which `python`, `pytest` and the like run the code of `tree`."""
        return environment.environment(setup, project, tree, probe)

    def read_probe(self, folder: Path) -> dict[str, float]:
        """Seconds in collections and their number, summed over the processes that left figures in `folder`."""
        return probe.read(folder)

    def startup_command(self, setup: Setup) -> str:
        """A command that imports the project's packages in a fresh interpreter."""
        return f"python -c 'import {', '.join(setup.packages)}'" if setup.packages else ""

    def foreign_modules(self, setup: Setup, project: Path, tree: Path) -> list[str]:
        """The project's packages that would not be imported from `tree`."""
        return origin.foreign_modules(setup, project, tree)

    def run_tests(self, setup: Setup, project: Path, tree: Path, command: str, timeout_s: float) -> TestReport:
        """Run `command` in `tree` and report each test's outcome where the runner tells."""
        return tests_runner.run_tests(setup, project, tree, command, timeout_s)

    def profile_command(self, setup: Setup, tree: Path, command: list[str], options: list[str]) -> list[str]:  # noqa: ARG002 - part of the interface
        """The argv that profiles `command`; run it with cwd `tree` in that tree's environment.

        Where the passes need it a memray is lent to the target interpreter, which may take a download; a line on standard
        error says what came of it.

        Raises:
            EnvironmentProblem: the profiler is not where the plugin keeps it.
        """
        if not PROFILER.is_file():
            raise EnvironmentProblem(f"the profiler is missing at {PROFILER}; install the plugin again")
        lent = []
        if not any(option.startswith(("--quick", "--memory", "--memray-from")) for option in options):
            folder, line = lending.folder(setup)
            if line:
                print(line, file=sys.stderr, flush=True)
            lent = [] if folder is None else ["--memray-from", str(folder)]
        return [setup.interpreter, str(PROFILER), *options, *lent, setup.source_root, "--", *command]

    def workload(self, setup: Setup, tree: Path, command: str) -> dict[str, str]:
        """The sources that a benchmark command names, path -> text."""
        return workload.sources(tree, setup.source_root, command)

    def examine(
        self, before: Mapping[str, str], after: Mapping[str, str], workload: Mapping[str, str]
    ) -> list[tuple[str, str]]:
        """What a change may gain by other than making the program better: pairs of a gate and one line."""
        return examine(before, after, workload)

    def inquire(self, tool: str, inquiry: Inquiry) -> Answer:
        """Run one of the analysis tools in `codeflash_python.tools`."""
        return tools.inquire(tool, inquiry)

    def kind_of(self, path: str) -> str:
        """What a path is: `test`, `benchmark`, `configuration`, `source`, or `generated` by running something."""
        return paths.kind_of(path)
