"""What the interpreter does not specialise is told from what it does, in every version that specialises."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from codeflash_agent import cli
from tests.languages.python.interpreters import INTERPRETERS

FIXTURE = Path(__file__).parent / "fixtures" / "specialised.py"
VERSIONS = [version for version in INTERPRETERS if version >= (3, 11)]


@pytest.fixture(params=VERSIONS, ids=lambda version: ".".join(map(str, version)))
def project(request, tmp_path, monkeypatch):
    """The program as a project of that interpreter, as the current folder."""
    shutil.copy(FIXTURE, tmp_path / "hot.py")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "hot"\nversion = "1"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    interpreter = INTERPRETERS[request.param]
    assert cli.main(["setup", "--set", f"interpreter={interpreter}", "--set", "source_root=."]) == 0
    return tmp_path


def ask(capsys, *argv):
    """Exit status and document."""
    capsys.readouterr()
    command = ["--", *argv[argv.index("--") + 1 :]] if "--" in argv else []
    words = argv[: argv.index("--")] if "--" in argv else argv
    status = cli.main(["specialisation", *words, "--json", "-", *command])
    return status, json.loads(capsys.readouterr().out)


def test_each_reason_is_told_with_its_line(project, capsys):
    """Mixed types, a megamorphic call, attributes made on the fly, names added to the module; steady code has none."""
    expected = {
        "mixed": ("values(n)", "unstable", "total = total + value", "mixed types; "),
        "megamorphic": ("shapes(n)", "unstable", "total += shape.f()", "megamorphic"),
        "on_the_fly": ("things(n)", "generic", "total += thing.weight", "__getattr__"),
        "adding_names": ("5", "unstable", "helper(i)", "names are added"),
    }
    for name, (text, kind, source, reason) in expected.items():
        status, found = ask(capsys, f"hot:{name}", "--input", text, "--size", "50")
        rows = [row for row in found["functions"][0]["rows"] if row["act"] and row["source"] == source]
        assert status == 1, name
        assert any(row["kind"] == kind and reason in row["reason"] for row in rows), (name, found)
    for name in ("steady", "divided"):
        status, found = ask(capsys, f"hot:{name}", "--input", "list(range(n))", "--size", "50")
        assert (status, [row for row in found["functions"][0]["rows"] if row["act"]]) == (0, []), name


def test_the_types_that_met_are_named(project, capsys):
    """Which types the operands had, by local variable."""
    _, found = ask(capsys, "hot:mixed", "--input", "values(n)", "--size", "50")
    assert set(found["functions"][0]["rows"][0]["types"]["value"]) == {"int", "float"}


def test_hot_functions_are_watched_while_the_command_runs(project, capsys):
    """The functions that the profile says are hot, in the program itself; the hottest first."""
    rows = [
        {"file": "hot.py", "line": line, "function": name, "cpu_own_percent": percent}
        for name, line, percent in (
            ("mixed", 14, 30.0),
            ("megamorphic", 21, 40.0),
            ("steady", 45, 20.0),
            ("divided", 52, 0.1),
        )
    ]
    (project / "profile.json").write_text(
        json.dumps({"source_root": str(project), "functions": rows}), encoding="utf-8"
    )
    status, found = ask(capsys, "--profile", "profile.json", "--", sys.executable, "hot.py")
    shown = {one["function"]: [row for row in one["rows"] if row["act"]] for one in found["functions"]}
    assert status == 1
    assert list(shown) == ["megamorphic", "mixed", "steady"]
    assert shown["megamorphic"]
    assert shown["mixed"]
    assert shown["steady"] == []


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["hot:nothing"], "is not there"),
        (["hot:values", "--input", "(("], "no expression"),
        (["hot:steady", "--calls", "1"], "from two calls on"),
        (["hot:steady", "--", "python", "hot.py"], "not both"),
        (["--", "python", "hot.py"], "no profile says"),
        (["json:loads", "--input", "len"], ""),
        (["math:sqrt", "--input", "4"], "no bytecode"),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path, monkeypatch, capsys, argv, says):
    """What is wrong and what to do, on one line; an error of the user's own code is shown as it is."""
    shutil.copy(FIXTURE, tmp_path / "hot.py")
    monkeypatch.chdir(tmp_path)
    interpreter = INTERPRETERS[VERSIONS[0]]
    assert cli.main(["setup", "--set", f"interpreter={interpreter}", "--set", "source_root=."]) == 0
    capsys.readouterr()
    assert cli.main(["specialisation", *argv]) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert says in error[0]


def test_an_older_interpreter_is_said(tmp_path, monkeypatch, capsys):
    """Before 3.11 there is nothing to specialise, which is status 2 with the version needed."""
    older = next((path for version, path in INTERPRETERS.items() if version < (3, 11)), None)
    if older is None:
        pytest.skip("no interpreter before 3.11 here")
    shutil.copy(FIXTURE, tmp_path / "hot.py")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["setup", "--set", f"interpreter={older}", "--set", "source_root=."]) == 0
    capsys.readouterr()
    assert cli.main(["specialisation", "hot:steady", "--input", "[1]"]) == 2
    assert "3.11 or later" in capsys.readouterr().err
