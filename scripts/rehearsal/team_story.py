"""The turns of a lead that gives two targets to two specialists at once, one of whom is lost on the way.

Both work on the evaluation project `timetable`: one mends `wishes.py` and hands its result over; the other mends
`calendar.py`, keeps it, and ends without a word. What was kept is on disk, so the lead collects both.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.preparing import EVALS
from rehearsal.messages_api import Request, Script, ScriptBroken, ToolCall
from rehearsal.story import LEAD, LONG_MS, PLUGIN, agent_marker, passed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rehearsal.messages_api import Step, Turn

PROJECT = "timetable"
WORDS = "planning takes too long"
BENCHMARK = "python benchmarks/term.py"
TESTS = "python -m pytest -q"
CPU, MEMORY = "codeflash-cpu", "codeflash-memory"
TARGETS = {CPU: "timetable/wishes.py::read_wish", MEMORY: "timetable/calendar.py::Holidays.days"}
MENDS = {CPU: "date-parsing", MEMORY: "holiday-days"}
DOMAIN = {CPU: "cpu", MEMORY: "memory"}
MEASURE = "codeflash-agent measure --budget 120"
VERDICT = "\nverdict keep"
WAIT_S = 20


@dataclass(frozen=True)
class TeamStory:
    """The scripts for `plugin` on a prepared `project`; `background` is how the specialists are started."""

    plugin: Path
    project: Path
    background: bool

    @property
    def prompt(self) -> str:
        """What the user types."""
        return f"/codeflash optimize {WORDS}"

    @property
    def _dispatched(self) -> Path:
        """Where the dispatched sessions lie, a folder each."""
        return self.project / ".codeflash" / "dispatched"

    def script(self) -> Script:
        """Main conversation, lead, and the two specialists."""
        start = ToolCall(
            "Agent",
            {
                "subagent_type": f"{PLUGIN}:{LEAD}",
                "description": "Lead the optimisation",
                "prompt": f"The repository is {self.project}. The user's words: {WORDS}. Start.",
                "run_in_background": False,
            },
        )
        main: list[Turn] = [self._verb("status"), start, self._verb("report"), "The report is above."]
        return Script(
            {"main": main, "lead": self._lead(), "cpu": self._specialist(CPU), "memory": self._specialist(MEMORY)},
            {
                "lead": agent_marker(self.plugin, LEAD),
                "cpu": agent_marker(self.plugin, CPU),
                "memory": agent_marker(self.plugin, MEMORY),
            },
        )

    def _lead(self) -> list[Turn]:
        """Baseline, profile, two dispatches, both calls in one message, waiting, collecting."""
        return [
            self._verb("setup"),
            self._verb("baseline", "--benchmark", BENCHMARK, "--tests", TESTS, "--goal", WORDS),
            passed(self._verb("profile")),
            passed(self._dispatch(CPU)),
            passed(self._dispatch(MEMORY)),
            passed([self._call(CPU), self._call(MEMORY)]),
            *[self._until_done] * 12,
            self._collect_all,
            self._end,
        ]

    def _until_done(self, request: Request) -> Step:
        """Waits while a specialist that was started in the background has not kept its change yet."""
        ledgers = list(self._dispatched.glob("*/results.tsv"))
        lines = sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in ledgers)
        finished = len(list(self._dispatched.glob("*/result.json")))
        if len(ledgers) == lines == len(TARGETS) and finished:
            return self._shell("true", "Both are done")
        if not self.background and request.turn == 6:  # the answers came with the calls
            raise ScriptBroken(f"the specialists came back with {lines} kept and {finished} results")
        return self._shell(f"sleep {WAIT_S}", "Wait for the specialists")

    def _collect_all(self, _request: Request) -> Step:
        """Takes the result that is there and, by its name, the one whose report is lost."""
        return self._verb("collect", "--anyway", *self._slugs())

    def _slugs(self) -> list[str]:
        return sorted(path.name for path in self._dispatched.iterdir())

    def _end(self, request: Request) -> Step:
        """The lead's last words, with what collect said; nothing is complete before a review."""
        return f"collected\n{request.last_result().text[-1500:]}"

    def _dispatch(self, agent: str) -> ToolCall:
        return self._verb("dispatch", "--to", DOMAIN[agent], "--target", TARGETS[agent])

    def _call(self, agent: str) -> ToolCall:
        return ToolCall(
            "Agent",
            {
                "subagent_type": f"{PLUGIN}:{agent}",
                "description": f"{DOMAIN[agent]} of one target",
                "prompt": f"Read {self._dispatched} for the brief about {TARGETS[agent]} and do what it says.",
                "run_in_background": self.background,
            },
        )

    def _specialist(self, agent: str) -> list[Turn]:
        """Checks its commit, makes its one change, measures, keeps; the one for memory then ends without a word."""
        patch = EVALS / PROJECT / "solution" / f"{MENDS[agent]}.patch"

        def here(command: str) -> Turn:
            return lambda _request: self._shell(f"cd {shlex.quote(str(self._tree(agent)))} && {command}", "Work")

        why = shlex.quote("worked out again for each wish")
        turns: list[Turn] = [
            lambda _request: ToolCall("Read", {"file_path": str(self._folder(agent) / "brief.md")}),
            here("git rev-parse HEAD"),
            self._on_the_briefs_commit(
                agent,
                here(
                    f"codeflash-agent begin --target {TARGETS[agent]} --domains {DOMAIN[agent]},cpu --dimension cpu_s"
                    f" --hypothesis {why}"
                ),
            ),
            self._then(here(f"git apply {shlex.quote(str(patch))}")),
            self._then(here(MEASURE)),
            *[self._until_verdict(here)] * 3,
            lambda request: self._step(self._kept(here), request),
        ]
        if agent == MEMORY:
            return [*turns, self._then(lambda _request: "…")]
        finish = here("codeflash-agent dispatch --finish 'once instead of again'")
        return [*turns, self._then(finish), self._then(lambda _request: "kept, measured, handed over")]

    def _until_verdict(self, here: Callable[[str], Turn]) -> Turn:
        """Measures again while another measurement had the machine, as a specialist would."""

        def turn(request: Request) -> Step:
            command = "true" if any(VERDICT in result.text for result in request.results()) else MEASURE
            return self._step(here(command), request)

        return turn

    def _kept(self, here: Callable[[str], Turn]) -> Turn:
        """Keeps what the measurement found to be a gain.

        Raises:
            ScriptBroken: it found none.
        """

        def turn(request: Request) -> Step:
            if not any(VERDICT in result.text for result in request.results()):
                raise ScriptBroken(f"no verdict of keep:\n{request.results()[-4].text[-2000:]}")
            return self._step(here("codeflash-agent keep --message 'perf: once instead of again'"), request)

        return turn

    @staticmethod
    def _step(turn: Turn, request: Request) -> Step:
        return turn(request) if callable(turn) else turn

    def _then(self, turn: Turn) -> Turn:
        """Go on when the last call succeeded."""
        return lambda request: self._step(passed(self._step(turn, request)), request)

    def _on_the_briefs_commit(self, agent: str, turn: Turn) -> Turn:
        """Go on when the tree is on the commit that the brief names.

        Raises:
            ScriptBroken: it is not.
        """

        def check(request: Request) -> Step:
            brief = (self._folder(agent) / "brief.md").read_text(encoding="utf-8")
            found = re.search(r"must say `([0-9a-f]{40})`", brief)
            if found is None or found.group(1) not in request.last_result().text:
                raise ScriptBroken(f"{agent} is on another commit than its brief says")
            return self._step(turn, request)

        return check

    def _folder(self, agent: str) -> Path:
        """Where the session of a specialist lies, told by its brief."""
        for path in self._dispatched.iterdir():
            # The title only: a brief also names what the others work on.
            if TARGETS[agent] in (path / "brief.md").read_text(encoding="utf-8").partition("\n")[0]:
                return path
        raise ScriptBroken(f"nothing was dispatched about {TARGETS[agent]}")

    def _tree(self, agent: str) -> Path:
        return self.project / ".codeflash" / "worktrees" / self._folder(agent).name

    def _verb(self, verb: str, *arguments: str) -> ToolCall:
        return self._shell(shlex.join(["codeflash-agent", verb, *arguments]), f"codeflash-agent {verb}")

    def _shell(self, command: str, description: str) -> ToolCall:
        line = f"cd {shlex.quote(str(self.project))} && {command}"
        return ToolCall("Bash", {"command": line, "description": description, "timeout": LONG_MS})
