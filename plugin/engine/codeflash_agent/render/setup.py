"""`setup.md`: how the target project is run, for a person and for the agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codeflash_agent.language import Setup

NONE = "none found"
# Rows of the table; what else `Setup.details` holds has no place in a page for reading.
EXTRA_ROWS = (
    ("layout", "Layout"),
    ("environment", "Environment"),
    ("install_command", "Makes the environment"),
    ("adding_command", "Adds a package to it"),
)


def setup_markdown(setup: Setup) -> str:
    """The page as Markdown, ending with a newline; problems come first because they want doing."""
    lines = ["# Setup", ""]
    if setup.problems:
        lines += ["## Problems", "", *(f"- {problem}" for problem in setup.problems), ""]
    lines += ["## How the project is run", "", "| what | value |", "| --- | --- |"]
    lines += [f"| {what} | {_cell(value)} |" for what, value in _rows(setup)]
    lines += [
        "",
        (
            "Commands are typed at the top of the project, in an environment in which they mean its interpreter and tools, "
            "and the project's own code is found; the verbs of `codeflash-agent` see to that, and in a session "
            "`codeflash-agent run -- COMMAND` does for any command."
        ),
        "",
    ]
    candidates = setup.details.get("benchmark_candidates") or []
    if candidates:
        lines += ["## Benchmarks", "", *(_candidate(one) for one in candidates), ""]
    if setup.notes:
        lines += ["## Notes", "", *(f"- {note}" for note in setup.notes), ""]
    return "\n".join(lines)


def setup_lines(setup: Setup, written: str) -> list[str]:
    """What a decision needs of it, for the output of `setup`; `written` is the file that has the rest."""
    kind = setup.details.get("environment_kind")
    lines = [f"problem: {problem}" for problem in setup.problems]
    lines.append(
        f"[setup] {setup.language} {setup.version}, `{setup.runner}`"
        + (f" ({setup.manager}, {kind})" if kind else f" ({setup.manager})")
        + f"; source `{setup.source_root}`; frameworks: {', '.join(setup.frameworks) or 'none'}"
    )
    lines.append(f"[setup] tests: {setup.test_command or NONE}")
    candidates = setup.details.get("benchmark_candidates") or []
    told = [] if any(one["command"] == setup.benchmark_command for one in candidates) else [setup.benchmark_command]
    lines += [f"[setup] benchmark: {command} (as told)" for command in told if command]
    lines += [f"[setup] benchmark: {_candidate(one)[2:]}" for one in candidates]
    if not candidates and not setup.benchmark_command:
        lines.append(f"[setup] benchmark: {NONE}")
    lines += [f"note: {note}" for note in setup.notes if not note.startswith("another benchmark: ")]
    return [*lines, f"more in {written}"]


def _rows(setup: Setup) -> list[tuple[str, str]]:
    rows = [
        ("Language", f"{setup.language} {setup.version}".strip()),
        ("Runner, `$RUNNER`", _code(setup.runner)),
        ("Interpreter", _code(setup.interpreter)),
        ("Manager", setup.manager),
        ("Source root", _code(setup.source_root)),
        ("Packages", ", ".join(_code(name) for name in setup.packages) or NONE),
        ("Test command", _code(setup.test_command)),
        ("Benchmark command", _code(setup.benchmark_command)),
        ("Frameworks", ", ".join(setup.frameworks) or NONE),
        ("Profilers at hand", ", ".join(setup.profilers) or NONE),
    ]
    return rows + [(title, _code(setup.details[key])) for key, title in EXTRA_ROWS if setup.details.get(key)]


def _candidate(one: dict[str, Any]) -> str:
    needs = ", ".join(one.get("needs") or ()) or one["kind"]
    return f"- {_code(one['command'])} ({one['kind']})" + ("" if one["ready"] else f": cannot run, {needs} is missing")


def _code(value: Any) -> str:
    return f"`{value}`" if value else NONE


def _cell(text: str) -> str:
    """A pipe would end the table's cell."""
    return text.replace("|", "\\|").replace("\n", " ")
