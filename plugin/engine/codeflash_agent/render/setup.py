"""`setup.md`: how the target project is run, for a person and for the agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codeflash_agent.language import Setup

NONE = "none found"
# Rows of the table; what else `Setup.details` holds has no place in a page for reading.
EXTRA_ROWS = (("layout", "Layout"), ("environment", "Environment"), ("install_command", "Makes the environment"))


def setup_markdown(setup: Setup) -> str:
    """The page as Markdown, ending with a newline; problems come first because they want doing."""
    lines = ["# Setup", ""]
    if setup.problems:
        lines += ["## Problems", "", *(f"- {problem}" for problem in setup.problems), ""]
    lines += ["## How the project is run", "", "| what | value |", "| --- | --- |"]
    lines += [f"| {what} | {_cell(value)} |" for what, value in _rows(setup)]
    lines += ["", "Commands are typed at the top of the project. `$RUNNER` stands for the runner.", ""]
    candidates = setup.details.get("benchmark_candidates") or []
    if candidates:
        lines += ["## Benchmarks", "", *(f"- {_code(one['command'])} ({one['kind']})" for one in candidates), ""]
    if setup.notes:
        lines += ["## Notes", "", *(f"- {note}" for note in setup.notes), ""]
    return "\n".join(lines)


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


def _code(value: Any) -> str:
    return f"`{value}`" if value else NONE


def _cell(text: str) -> str:
    """A pipe would end the table's cell."""
    return text.replace("|", "\\|").replace("\n", " ")
