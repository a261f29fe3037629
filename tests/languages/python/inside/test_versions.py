"""What runs in the target's interpreter gives the same answers on every CPython from 3.9 on that this machine has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from codeflash_agent import cli
from tests.languages.python.interpreters import INTERPRETERS

FIXTURES = Path(__file__).parent / "fixtures"
CODE = """import decimal
import json

KEPT = []


def unique(words):
    seen = []
    for word in words:
        if word not in seen:
            seen.append(word.lower())
    return seen


def leaking(n):
    KEPT.append([str(i) for i in range(n)])


def clean(n):
    return len([str(i) for i in range(n)])


def old(text):
    return text.split(",")


def new(text):
    return [part for part in text.split(",") if part]


def main():
    print(len(unique([str(i % 50) for i in range(500)])), json.dumps([1]))
"""


@pytest.fixture(params=INTERPRETERS, ids=lambda version: ".".join(map(str, version)))
def project(request, tmp_path, monkeypatch):
    """A project of one module for that interpreter, as the current folder."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "app"\nversion = "1"\n', encoding="utf-8")
    (tmp_path / "app.py").write_text(CODE, encoding="utf-8")
    shutil.copy(FIXTURES / "waiting.py", tmp_path / "waiting.py")
    monkeypatch.chdir(tmp_path)
    interpreter = INTERPRETERS[request.param]
    assert cli.main(["setup", "--set", f"interpreter={interpreter}", "--set", "source_root=."]) == 0
    return interpreter


@pytest.fixture
def ask(project, capsys):
    """Status and document of a verb in that interpreter."""

    def asked(*argv):
        capsys.readouterr()
        command = list(argv[argv.index("--") :]) if "--" in argv else []
        words = argv[: argv.index("--")] if "--" in argv else argv
        status = cli.main([*words, "--json", "-", *(project if word == "PYTHON" else word for word in command)])
        return status, json.loads(capsys.readouterr().out)

    return asked


def test_scan_and_awaits_read_source(ask):
    """The same constructs are found whatever parses them."""
    _, found = ask("scan", "--own")
    assert {(row["rule"], row["function"]) for row in found["notes"]} == {
        ("list-membership", "unique"),
        ("sequential-awaits", "page"),
        ("await-in-loop", "each"),
    }


def test_stages_tells_a_leak_from_none(ask):
    """What is kept grows from call to call, with the line that made it; a clean function raises no alarm."""
    status, found = ask("stages", "app:leaking", "--input", "n", "--size", "400")
    assert status == 1
    assert any("app.py:16" in frame for one in found["growth"]["places"] for frame in one["traceback"])
    status, found = ask("stages", "app:clean", "--input", "n", "--size", "400")
    assert (status, found["leaks"]) == (0, False)


def test_scaling_measures_time_and_peaks(ask):
    """Quadratic work grows faster than its size, and so does memory with it."""
    _, found = ask(
        "scaling", "app:unique", "--input", "[str(i) for i in range(n)]", "--sizes", "200,400,800,1600", "--rounds", "4"
    )
    assert found["time"]["exponent"] > 1.3
    assert found["peak_bytes"]["1600"] > found["peak_bytes"]["200"]


def test_differ_finds_the_smallest_difference(ask):
    """An empty part is what the new path loses."""
    status, found = ask("differ", "app:old", "app:new", "--generate", "20")
    assert status == 1
    assert len(found["differences"][0]["input"]) <= 2


def test_imports_finds_what_is_not_used(ask):
    """Modules of the command are seen, and the one that no function needs."""
    _, found = ask("imports", "--root", ".", "--verify", "0", "--", "PYTHON", "-c", "import app; app.main()")
    assert {"app", "json", "decimal"} <= {row["module"] for row in found["modules"]}


def test_library_reads_what_is_used(ask):
    """An alias of a distribution's function is resolved to its name, with its place."""
    Path("uses.py").write_text("from pip import main as start\n\n\ndef go():\n    return start([])\n", encoding="utf-8")
    _, found = ask("library", "pip")
    assert "pip.main" in json.dumps(found)
    assert "uses.py" in json.dumps(found)


def test_awaits_joins_a_profile_of_this_interpreter(ask, capsys):
    """Profile and verb together: what could overlap, and what held the loop."""
    assert cli.main(["profile", "--option=--passes=joint,async", "--", "python", "waiting.py"]) == 0
    status, found = ask("awaits", "--profile", ".codeflash/profiles/latest.json")
    assert status == 1
    assert {"page", "each"} <= {one["function"] for one in found["overlaps"]}
    assert "hash_slowly" in {one["function"] for one in found["blocking"]}
