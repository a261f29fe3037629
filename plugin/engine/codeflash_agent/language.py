"""What a language brings: the one interface between the neutral engine and a folder under `languages/`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SETUP_SCHEMA = 1


@dataclass
class Setup:
    """How the target project is run, as `.codeflash/setup.json` keeps it and `setup.md` shows it.

    Commands are text as a person would type them at the top of the project, such as ``pytest -q tests``; the
    environment that `Language.environment` returns makes them mean the project's own interpreter and tools.
    """

    language: str
    runner: str  # as a person types it, e.g. "uv run python"
    interpreter: str  # absolute path of the executable behind the runner
    version: str
    manager: str  # what installs the project's packages, e.g. uv, poetry, pip, conda
    source_root: str  # relative to the project's top; what the profiler counts as the project's own
    packages: list[str]  # import names found under the source root
    test_command: str | None
    benchmark_command: str | None
    frameworks: list[str] = field(default_factory=list)  # e.g. asyncio frameworks the project uses
    profilers: list[str] = field(default_factory=list)  # those the target interpreter can import
    notes: list[str] = field(default_factory=list)  # facts worth knowing, one line each
    problems: list[str] = field(default_factory=list)  # what is missing and what to do, one line each
    details: dict[str, Any] = field(default_factory=dict)  # anything else the language wants to remember
    schema_version: int = SETUP_SCHEMA

    def as_json(self) -> dict[str, Any]:
        """The document that `.codeflash/setup.json` holds."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Setup:
        """The inverse of `as_json`; keys of later versions are ignored."""
        known = cls.__dataclass_fields__
        return cls(**{key: value for key, value in document.items() if key in known})


@dataclass
class TestReport:
    """The outcome of one run of the project's tests on one tree."""

    __test__ = False  # keeps our own test runner from collecting this class

    command: str
    exit_code: int
    seconds: float
    cases: dict[str, str] = field(default_factory=dict)  # test id -> passed | failed | error | skipped | xfailed
    summary: str = ""  # the runner's own last line
    output_tail: str = ""  # last lines, for a person who wants to know why
    granular: bool = True  # False where only the exit code is known

    @property
    def passed(self) -> int:
        """Tests that passed, expected failures included."""
        return sum(status in ("passed", "xfailed") for status in self.cases.values())

    @property
    def failed(self) -> int:
        """Tests that failed or broke."""
        return sum(status in ("failed", "error") for status in self.cases.values())

    def as_json(self) -> dict[str, Any]:
        """A JSON document of the whole report."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> TestReport:
        """The inverse of `as_json`."""
        known = cls.__dataclass_fields__
        return cls(**{key: value for key, value in document.items() if key in known})


@dataclass
class Inquiry:
    """What an analysis tool is asked: about which project, and with what options."""

    setup: Setup
    project: Path
    tree: Path  # the checkout to look at, and the folder in which commands run
    command: list[str]  # what is to run, empty where the tool only reads
    options: dict[str, Any]  # as the verb of the tool names them
    profile: dict[str, Any] | None  # the unified profile to join with; None: there is none yet
    progress: Callable[[str], None]  # for lines about long work


@dataclass
class Answer:
    """What an analysis tool found."""

    lines: list[str]  # for people
    document: dict[str, Any]  # the same as JSON
    found: bool = False  # there is something to act on, or the question is answered with no: exit status 1


class Language(Protocol):
    """What the engine asks of a language. Paths are absolute; `tree` is a checkout of the project (any worktree)."""

    name: str

    def recognises(self, project: Path) -> bool:
        """Whether `project` holds code of this language."""

    def detect(self, project: Path) -> Setup:
        """Find out how `project` is run, changing nothing in it."""

    def environment(self, setup: Setup, project: Path, tree: Path, probe: Path | None = None) -> dict[str, str]:
        """The complete process environment in which commands run with cwd `tree` execute that tree's own code.

        With `probe`, an existing folder, every process also leaves collector figures there for `read_probe`; those of
        earlier runs are removed.
        """

    def read_probe(self, probe: Path) -> dict[str, float]:
        """Figures that the processes left; may be empty.

        `gc_s` (seconds in collections), `alloc_peak_mib` (allocations at peak) where the environment had
        `CODEFLASH_MEASURE=allocations`, and others for information, such as the number of collections.
        """

    def startup_command(self, setup: Setup) -> str:
        """A command that starts the project and does nothing more, empty where there is nothing to start."""

    def foreign_modules(self, setup: Setup, project: Path, tree: Path) -> list[str]:
        """Packages of the project that, run in `tree`, would be imported from elsewhere: `name (path)` each."""

    def run_tests(self, setup: Setup, project: Path, tree: Path, command: str, timeout_s: float) -> TestReport:
        """Run the tests in `tree`, with the outcome of each where the runner can tell."""

    def profile_command(self, setup: Setup, tree: Path, command: list[str], options: list[str]) -> list[str]:
        """The argv that profiles `command` in `tree`; `options` are the unified profiler's own, such as --quick."""

    def workload(self, setup: Setup, tree: Path, command: str) -> dict[str, str]:
        """The sources that a benchmark `command` names, path -> text: what feeds the program its inputs."""

    def examine(
        self, before: Mapping[str, str], after: Mapping[str, str], workload: Mapping[str, str]
    ) -> list[tuple[str, str]]:
        """What a change may gain by other than making the program better: pairs of a gate and one line.

        `before` and `after` are the changed source files, path -> text; one that is missing does not exist there.
        """

    def inquire(self, tool: str, inquiry: Inquiry) -> Answer:
        """Run an analysis tool by its verb's name: scan, library, differ, scaling, imports, stages, awaits and more.

        Raises:
            EnvironmentProblem: the language has no such tool, or what it needs is missing.
        """

    def kind_of(self, path: str) -> str:
        """What a path is: `test`, `benchmark`, `configuration`, `source`, or `generated` by running something."""
