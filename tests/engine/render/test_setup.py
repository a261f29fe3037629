"""The page that shows how a project is run."""

from __future__ import annotations

from codeflash_agent.language import Setup
from codeflash_agent.render.setup import setup_lines, setup_markdown


def make(**more):
    """A complete setup with `more` changed."""
    values = {
        "language": "lang",
        "runner": "run it",
        "interpreter": "/bin/it",
        "version": "3.1",
        "manager": "tool",
        "source_root": "src",
        "packages": ["a", "b"],
        "test_command": "check | tee",
        "benchmark_command": None,
        **more,
    }
    return Setup(**values)


def test_page():
    """The page is exactly the table, with what is missing said and pipes kept inside their cell."""
    assert setup_markdown(make()) == (
        "# Setup\n\n## How the project is run\n\n| what | value |\n| --- | --- |\n| Language | lang 3.1 |\n"
        "| Runner, `$RUNNER` | `run it` |\n| Interpreter | `/bin/it` |\n| Manager | tool |\n| Source root | `src` |\n"
        "| Packages | `a`, `b` |\n| Test command | `check \\| tee` |\n| Benchmark command | none found |\n"
        "| Frameworks | none found |\n| Profilers at hand | none found |\n\n"
        "Commands are typed at the top of the project, in an environment in which they mean its interpreter and tools, "
        "and the project's own code is found; the verbs of `codeflash-agent` see to that, and in a session "
        "`codeflash-agent run -- COMMAND` does for any command.\n"
    )


def test_problems_come_first():
    """Problems stand before the table, notes after it."""
    page = setup_markdown(make(problems=["mend this"], notes=["know this"]))
    assert page.index("- mend this") < page.index("| what |") < page.index("- know this")


def test_benchmarks_are_listed():
    """Each candidate is listed with its kind, and with what keeps it from running."""
    candidates = [
        {"command": "go", "kind": "script", "ready": True},
        {"command": "run", "kind": "script", "ready": False, "needs": ["tables"]},
    ]
    lines = setup_markdown(make(details={"benchmark_candidates": candidates})).splitlines()
    assert "- `go` (script)" in lines
    assert "- `run` (script): cannot run, tables is missing" in lines


def test_what_is_printed_is_what_a_decision_needs():
    """Problems, tests, benchmarks and notes are there in a line each, and the file that has the rest."""
    candidates = [{"command": "go", "kind": "script", "ready": True}]
    found = make(problems=["mend this"], notes=["know this", "another benchmark: run"], benchmark_command="mine")
    found.details = {"benchmark_candidates": candidates, "environment_kind": "venv"}
    assert setup_lines(found, "setup.md") == [
        "problem: mend this",
        "[setup] lang 3.1, `run it` (tool, venv); source `src`; frameworks: none",
        "[setup] tests: check | tee",
        "[setup] benchmark: mine (as told)",
        "[setup] benchmark: `go` (script)",
        "note: know this",
        "more in setup.md",
    ]
    assert "[setup] benchmark: none found" in setup_lines(make(), "setup.md")
