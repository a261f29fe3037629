"""The turns that a rehearsal's model plays: the router, the setup agent and the lead agent on the library's inefficiency.

Each turn looks at what the tools really answered and breaks the script when that is not what the story needs: a setup
that failed, a verdict other than the measurement's. The story decides what is tried; it never decides how it ends.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rehearsal.library import BENCHMARK
from rehearsal.messages_api import Request, Script, ScriptBroken, ToolCall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rehearsal.messages_api import Step, Turn

LEAD, SETUP, REVIEWER = "codeflash-deep", "codeflash-setup", "codeflash-review"
PLUGIN = "codeflash"
LONG_MS = 600_000  # for calls that run benchmarks
EXIT_CODE = re.compile(r"\AExit code (\d+)")
TESTS = "python -m pytest -q tests"
NO_CACHES = "PYTHONDONTWRITEBYTECODE=1"  # the user's checkout is left as it was
KEPT = "perf: render only what is added when a token group grows"
GOAL = "make the parsing of bulk statements faster"


@dataclass(frozen=True)
class Edit:
    """One change of one file of the library."""

    file: str
    old: str
    new: str


# Renders what was added, not the whole group again: the work grows with the length, no longer with its square.
REAL_FIX = Edit(
    "sqlparse/sql.py",
    "            grp.value = str(start)\n",
    "            grp.value += ''.join(str(token) for token in subtokens)\n",
)
# Plausible and useless: a slice copies the same list that list() copied.
NO_GAIN = Edit(
    "sqlparse/engine/grouping.py",
    "    for idx, token in enumerate(list(tlist)):\n        tidx = idx - tidx_offset\n        if tidx < 0:",
    "    for idx, token in enumerate(tlist.tokens[:]):\n        tidx = idx - tidx_offset\n        if tidx < 0:",
)

REAL_TARGET, NO_GAIN_TARGET = "TokenList.__str__", "_group"  # as the target table names them


def agent_marker(plugin: Path, name: str) -> str:
    """A line that stands only in the system prompt of the plugin's agent `name`: the first of its body."""
    for path in sorted(plugin.rglob(f"{name}.md")):
        body = path.read_text(encoding="utf-8").split("\n---\n", 1)[1]
        return next(line for line in body.splitlines() if line.strip())
    raise ScriptBroken(f"no agent {name} in {plugin}")


@dataclass(frozen=True)
class Story:
    """The scripts of a rehearsal of `plugin` on the repository `project`; `words` are the user's."""

    plugin: Path
    project: Path
    words: str = GOAL

    @property
    def tree(self) -> Path:
        """Where a session edits."""
        return self.project / ".codeflash" / "worktrees" / "optimize"

    @property
    def prompt(self) -> str:
        """What the user types."""
        return f"/codeflash optimize {self.words}"

    def optimize(self) -> Script:
        """A whole session: setup, baseline, profile, one experiment that gains, one that does not, report."""
        lead: list[Turn] = [
            self._agent("status", "See where the session stands"),
            self._read(self.project / ".codeflash" / "setup.md"),
            self._agent(
                "baseline",
                "Take the baseline",
                "--benchmark",
                f"python {BENCHMARK}",
                "--tests",
                TESTS,
                "--goal",
                self.words,
            ),
            passed(self._agent("profile", "Profile the current state")),
            profiled(REAL_TARGET, self._begin_real_fix()),
            passed(self._read(self.tree / REAL_FIX.file)),
            self._edit(REAL_FIX),
            passed(self._agent("measure", "Measure and close", "--keep", KEPT)),
            verdict("keep", self._agent("profile", "Profile what is left")),
            profiled(NO_GAIN_TARGET, self._begin_no_gain()),
            passed(self._read(self.tree / NO_GAIN.file)),
            self._edit(NO_GAIN),
            passed(self._agent("measure", "Measure the change")),
            verdict("discard", self._discard()),
            passed(self._agent("milestone", "Measure the whole branch")),
            passed(self._agent("status", "See whether anything is left")),
            *self._ending(),
        ]
        return self._script(self._router("start", with_setup=True), lead)

    def until_the_measurement(self) -> Script:
        """A session as far as its first measurement, in which somebody kills it."""
        lead: list[Turn] = [
            self._agent(
                "baseline",
                "Take the baseline",
                "--benchmark",
                f"python {BENCHMARK}",
                "--tests",
                TESTS,
                "--goal",
                self.words,
            ),
            passed(self._agent("profile", "Profile the current state")),
            profiled(REAL_TARGET, self._begin_real_fix()),
            passed(self._read(self.tree / REAL_FIX.file)),
            self._edit(REAL_FIX),
            passed(self._agent("measure", "Measure the change")),
        ]
        return self._script(self._router("start", with_setup=True), lead)

    def resumed(self) -> Script:
        """A second session that takes an open experiment up where the first was killed."""
        lead: list[Turn] = [
            self._agent("status", "See where the session stands"),
            self._read(self.project / ".codeflash" / "HANDOFF.md"),
            self._agent("measure", "Go on with the measurement"),
            verdict("keep", self._keep()),
            *self._ending(),
        ]
        return self._script(self._router("resume", with_setup=False), lead)

    def _script(self, router: Sequence[Turn], lead: Sequence[Turn]) -> Script:
        setup: list[Turn] = [
            self._agent("setup", "Detect the environment"),
            passed(self._agent("setup", "Name the benchmark", "--set", f"benchmark_command=python {BENCHMARK}")),
            passed(self._shell(f"{NO_CACHES} .venv/bin/{TESTS} -p no:cacheprovider | tail -1", "Run the tests once")),
            after_text("passed", "Runs in its .venv; the tests pass; the benchmark is benchmarks/bulk_statements.py."),
        ]
        review: list[Turn] = [
            self._read(self.project / ".codeflash" / "reviews" / "001-brief.md"),
            after_text("grp.value += ", self._agent("review", "Read the difference", "--diff", REAL_FIX.file)),
            after_text("+            grp.value += ", self._hand_in()),
            answer_of,
        ]
        names = {"setup": SETUP, "lead": LEAD, "review": REVIEWER}
        return Script(
            {"main": router, "setup": setup, "lead": lead, "review": review},
            {conversation: agent_marker(self.plugin, agent) for conversation, agent in names.items()},
        )

    def _ending(self) -> list[Turn]:
        """The lead's last turns: the review, the report, the answer."""
        end = self._agent("report", "End with the report", "--complete")
        return [
            passed(self._agent("review", "Ask for the review", "--by", "claude")),
            self._start_the_review,
            after_text("[adversarial-review] settled", end),
            complete,
        ]

    def _start_the_review(self, request: Request) -> Step:
        """Call the reviewing agent with the prompt that the program named, and nothing else."""
        found = re.search(r"codeflash:codeflash-review with the prompt `([^`]+)`", request.last_result().text)
        if found is None:
            raise ScriptBroken(f"the review names no prompt for its agent:\n{request.last_result().text[-1500:]}")
        return self._start(REVIEWER, "Attack the branch", found.group(1))

    def _hand_in(self) -> ToolCall:
        """The reviewer's answer, by the reviewer."""
        answer = {
            "verdict": "approve",
            "summary": "A group's text is the sum of its tokens' texts, before and after; nobody else writes it.",
            "findings": [],
            "next_steps": [],
        }
        command = f"codeflash-agent review --answer - <<'ANSWER'\n{json.dumps(answer)}\nANSWER"
        return self._shell(command, "Hand the answer in")

    def _router(self, how: str, *, with_setup: bool) -> list[Turn]:
        """The skill's steps: where it stands, the setup agent when needed, the lead, the outcome."""
        words = f"The repository is {self.project}. The user's words: {self.words}. {how.capitalize()}."
        turns: list[Turn] = [self._agent("status", "See where the session stands")]
        if with_setup:
            turns.append(
                after_text("codeflash-agent setup", self._start(SETUP, "Find out how the project runs", words))
            )
        turns.append(self._start(LEAD, "Lead the optimisation", words))
        turns.append(after_text("[complete]", self._agent("report", "Read the report")))
        turns.append(
            passed("The session is complete; its report is above. The work is on the branch codeflash/optimize.")
        )
        return turns

    def _start(self, agent: str, description: str, prompt: str) -> ToolCall:
        call = {"subagent_type": f"{PLUGIN}:{agent}", "description": description, "prompt": prompt}
        return ToolCall("Agent", {**call, "run_in_background": False})

    def _shell(self, command: str, description: str) -> ToolCall:
        line = f"cd {shlex.quote(str(self.project))} && {command}"
        return ToolCall("Bash", {"command": line, "description": description, "timeout": LONG_MS})

    def _agent(self, verb: str, description: str, *arguments: str) -> ToolCall:
        return self._shell(shlex.join(["codeflash-agent", verb, *arguments]), description)

    def _read(self, path: Path) -> ToolCall:
        return ToolCall("Read", {"file_path": str(path)})

    def _edit(self, edit: Edit) -> Turn:
        call: dict[str, Any] = {"file_path": str(self.tree / edit.file), "old_string": edit.old, "new_string": edit.new}
        return passed(ToolCall("Edit", call))

    def _begin_real_fix(self) -> ToolCall:
        why = "group_tokens renders the whole group again for each item it adds, O(n^2); render what was added only"
        target = f"sqlparse/sql.py::{REAL_TARGET}"
        return self._agent("begin", "Open an experiment", "--target", target, "--domains", "cpu", "--hypothesis", why)

    def _begin_no_gain(self) -> ToolCall:
        why = "_group copies the token list through __iter__ on each of its passes; a slice copies it in C"
        target = f"sqlparse/engine/grouping.py::{NO_GAIN_TARGET}"
        return self._agent("begin", "Open an experiment", "--target", target, "--domains", "cpu", "--hypothesis", why)

    def _keep(self) -> ToolCall:
        return self._agent("keep", "Keep what was measured", "--message", KEPT)

    def _discard(self) -> ToolCall:
        reason = "list() and a slice copy the same list; the copy is not what _group spends its time on"
        return self._agent("discard", "Discard what was not measured", "--reason", reason)


def exit_code(text: str) -> int:
    """The exit status that the Bash tool reports in front of a failed command's output."""
    match = EXIT_CODE.match(text)
    return int(match.group(1)) if match else 0


def answer_of(request: Request) -> str:
    """What the last tool call answered, when it succeeded.

    Raises:
        ScriptBroken: it failed.
    """
    last = request.last_result()
    if last.is_error or exit_code(last.text):
        raise ScriptBroken(f"the step before failed:\n{last.text[-1500:]}")
    return last.text


def passed(step: Step) -> Turn:
    """Go on with `step` when the last tool call succeeded."""
    return after_text("", step)


def after_text(needle: str, step: Step) -> Turn:
    """Go on with `step` when the last tool call succeeded and its answer contains `needle`."""

    def turn(request: Request) -> Step:
        text = answer_of(request)
        if needle not in text:
            raise ScriptBroken(f"{needle!r} is not in the answer to the step before:\n{text[-1500:]}")
        return step

    return turn


def profiled(target: str, step: Step) -> Turn:
    """Go on with `step` when the last answer is a unified profile, whole or what changed, that has `target` as a target."""

    def turn(request: Request) -> Step:
        text = answer_of(request)
        table = text.partition("[unified targets]")[2]
        if not re.search(rf"[| ,]{re.escape(target)} (\||\S+:\d+[:,\n])", table):
            raise ScriptBroken(f"{target} is not among the targets of the profile:\n{text[-2500:]}")
        return step

    return turn


def verdict(expected: str, step: Step) -> Turn:
    """Go on with `step` when the measurement before, whatever its exit status, came to the verdict `expected`."""

    def turn(request: Request) -> Step:
        text = request.last_result().text
        found = re.search(r"^verdict (\w+)", text, re.MULTILINE)
        if found is None or found.group(1) != expected:
            raise ScriptBroken(f"the story needs the verdict {expected}, but the measurement says:\n{text[-2500:]}")
        return step

    return turn


def complete(request: Request) -> Step:
    """The lead's answer: what the program printed for it."""
    lines = [line for line in answer_of(request).splitlines() if line.strip()]
    if not any(line.startswith("[complete]") for line in lines):
        raise ScriptBroken("the report has no [complete] line:\n" + "\n".join(lines[-20:]))
    return "\n".join(lines[:14])
