"""The verbs of the analysis tools on a small project, through the command line, in another interpreter."""

from __future__ import annotations

import json
import sys

import pytest

from codeflash_agent import cli

CODE = """import json
import decimal


def unique(words):
    seen = []
    for word in words:
        if word not in seen:
            seen.append(word.lower())
    return seen


def exact(x):
    return decimal.Decimal(x)


def main():
    print(len(unique([str(i % 50) for i in range(2000)])))


if __name__ == "__main__":
    main()
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of one module, as the current folder."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "app"\nversion = "1"\n', encoding="utf-8")
    (tmp_path / "app.py").write_text(CODE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["setup", "--set", f"interpreter={sys.executable}", "--set", "source_root=."]) == 0
    return tmp_path


def ask(capsys, *argv):
    """Exit status and document of a verb."""
    capsys.readouterr()
    status = cli.main(
        [*argv, "--json"] if "--" not in argv else [*argv[: argv.index("--")], "--json", "-", *argv[argv.index("--") :]]
    )
    return status, json.loads(capsys.readouterr().out)


def profile(project, percent):
    """A unified profile that says how hot `unique` is."""
    row = {"file": "app.py", "line": 5, "function": "unique", "cpu_own_percent": percent, "cpu_cum_percent": percent}
    file = project / "profile.json"
    file.write_text(json.dumps({"source_root": str(project), "functions": [row]}), encoding="utf-8")
    return str(file)


def test_sources_shows_what_is_hot_and_names_the_rest(project, capsys):
    """The benchmark and the hot file as they are, a cold one in a line, tests counted; a long file by its hot functions."""
    cold = "def never():\n    return 1\n" * 1000
    (project / "cold.py").write_text(cold, encoding="utf-8")
    (project / "README.md").write_text("\n".join(f"line {n}" for n in range(60)), encoding="utf-8")
    (project / "tests").mkdir()
    (project / "tests" / "test_app.py").write_text(
        "def test_a():\n    pass\n\n\ndef test_b():\n    pass\n", encoding="utf-8"
    )
    (project / "benchmarks").mkdir()
    (project / "benchmarks" / "run.py").write_text("import app\n\napp.main()\n", encoding="utf-8")
    file = profile(project, 60.0)
    document = json.loads((project / "profile.json").read_text(encoding="utf-8"))
    document["command"] = ["python", "benchmarks/run.py"]
    (project / "profile.json").write_text(json.dumps(document), encoding="utf-8")
    status, found = ask(capsys, "sources", "--profile", file)
    assert status == 0
    assert [one["file"] for one in found["shown"]] == ["README.md", "benchmarks/run.py", "app.py"]
    assert found["shown"][2]["text"] == CODE
    assert "line 39" in found["shown"][0]["text"]
    assert "line 40" not in found["shown"][0]["text"]
    assert found["cold"] == ["cold.py"]
    assert cli.main(["sources", "--profile", file]) == 0
    out = capsys.readouterr().out
    assert "=== cold: cold.py (2000 lines): never, " in out
    assert "=== tests: tests/test_app.py (2)" in out
    assert "return 1" not in out

    (project / "app.py").write_text(CODE + cold + "\n\n" + cold, encoding="utf-8")
    _, found = ask(capsys, "sources", "--profile", file)
    text = found["shown"][2]["text"]
    assert "# lines 5-" in text
    assert "def unique" in text
    assert "def exact" not in text
    assert "def never" not in text
    _, found = ask(capsys, "sources", "--profile", file, "--characters", "2000")
    assert found["without_room"] == []
    (project / "cold.py").write_text("def never():\n    return 1\n", encoding="utf-8")
    (project / "app.py").write_text(CODE, encoding="utf-8")
    _, found = ask(capsys, "sources", "--profile", file)
    assert [one["file"] for one in found["shown"]][3:] == ["cold.py", "tests/test_app.py"], "what is short goes along"
    (project / "app.py").write_text(CODE + "# " + "x" * 3000 + "\n", encoding="utf-8")
    _, found = ask(capsys, "sources", "--profile", file, "--characters", "2000")
    assert "# lines 5-" in found["shown"][-1]["text"], "by its hot functions where the whole has no room"
    assert "xxx" not in found["shown"][-1]["text"]
    (project / "app.py").write_text(CODE.replace("seen = []", f"seen = []  # {'x' * 3000}"), encoding="utf-8")
    _, found = ask(capsys, "sources", "--profile", file, "--characters", "2000")
    assert found["without_room"] == ["app.py"]


def test_sources_needs_a_profile(project, capsys):
    """Without one nothing is hot, and the line says what to do."""
    assert project.exists()
    assert cli.main(["sources"]) == 2
    assert "codeflash-agent profile" in capsys.readouterr().err


def test_differ_finds_what_the_session_keeps_beside(project, capsys):
    """The old callable may stand in `.codeflash/bench`, and files that only the checkout has may be the corpus."""
    (project / ".codeflash" / "bench").mkdir(parents=True, exist_ok=True)
    (project / ".codeflash" / "bench" / "older.py").write_text(
        "def size(text):\n    return len(text)\n", encoding="utf-8"
    )
    (project / "newer.py").write_text("def size(text):\n    return sum(1 for _ in text)\n", encoding="utf-8")
    status, found = ask(capsys, "differ", "older:size", "newer:size", "--generate", "5")
    assert (status, found["differences"]) == (0, [])
    capsys.readouterr()
    assert cli.main(["differ", "oldest:size", "newer:size"]) == 2
    assert ".codeflash/bench" in capsys.readouterr().err


def test_scan_makes_targets_of_hot_hits_only(project, capsys):
    """The same hit is a target with 60 % of the time, status 1, and a note with none, status 0."""
    status, hot = ask(capsys, "scan", "--own", "--profile", profile(project, 60.0))
    assert status == 1
    assert [(row["rule"], row["file"], row["line"]) for row in hot["targets"]] == [("list-membership", "app.py", 8)]
    status, cold = ask(capsys, "scan", "--own", "--profile", profile(project, 0.1))
    assert (status, cold["targets"], len(cold["notes"])) == (0, [], 1)


def test_scan_counts_what_has_no_share_and_calls_no_import_for_annotations_hot(project, capsys):
    """Beside a profile, cold hits are one line until all are asked for; the heat of an import's lines is not the import's."""
    (project / "app.py").write_text(
        "from __future__ import annotations\nfrom decimal import Decimal\n\n\ndef f(rows: Decimal):\n    return sum([[1], [2]], [])\n",
        encoding="utf-8",
    )
    row = {"file": "app.py", "line": 1, "function": "<module>", "cpu_own_percent": 50.0, "cpu_cum_percent": 50.0}
    file = project / "profile.json"
    file.write_text(json.dumps({"source_root": str(project), "functions": [row]}), encoding="utf-8")
    _, found = ask(capsys, "scan", "--profile", str(file))
    assert found["targets"] == []
    assert {row["rule"] for row in found["notes"]} == {"TC003", "RUF017"}, found["left_out"]
    cli.main(["scan", "--profile", str(file)])
    short = capsys.readouterr().out
    assert "without a share in the profile: 2 (" in short
    assert "app.py:6" not in short
    cli.main(["scan", "--all", "--profile", str(file)])
    assert "app.py:6 f: RUF017" in capsys.readouterr().out


def test_scan_runs_the_linter_too(project, capsys):
    """What the linter finds comes with the function it is in."""
    (project / "app.py").write_text("def f(rows):\n    return sum([[1], [2]], [])\n", encoding="utf-8")
    _, found = ask(capsys, "scan")
    assert [(row["rule"], row["function"]) for row in found["notes"]] == [("RUF017", "f")], found["left_out"]


def test_scaling_of_a_callable_is_measured_in_the_target(project, capsys):
    """A quadratic function is seen to grow faster than n log n; seconds and peaks are given for each size."""
    _, found = ask(
        capsys,
        "scaling",
        "app:unique",
        "--input",
        "[str(i) for i in range(n)]",
        "--sizes",
        "200,400,800,1600,3200",
        "--rounds",
        "5",
    )
    assert found["sizes"] == [200, 400, 800, 1600, 3200]
    assert found["time"]["exponent"] > 1.4
    assert found["peak_bytes"]["3200"] > found["peak_bytes"]["200"]


def test_imports_finds_what_the_command_does_not_use(project, capsys):
    """`decimal` could wait, for no function that needs it runs; the observed program is left as it is."""
    status, found = ask(
        capsys, "imports", "--root", ".", "--verify", "0", "--", sys.executable, "-c", "import app; app.main()"
    )
    assert {"app", "json", "decimal"} <= {row["module"] for row in found["modules"]}
    assert (project / "app.py").read_text(encoding="utf-8") == CODE
    assert status == (1 if found["candidates"] else 0)


def test_differ_shows_the_smallest_difference_first(project, capsys):
    """A replacement that forgets one kind of line differs on that line alone; what both refuse alike is no difference."""
    (project / "paths.py").write_text(
        "import ast\n\n\ndef old(text):\n    return [n.names[0].name for n in ast.parse(text).body if isinstance(n, (ast.Import, ast.ImportFrom))]\n\n\n"
        "def new(text):\n    return [n.names[0].name for n in ast.parse(text).body if isinstance(n, ast.Import)]\n",
        encoding="utf-8",
    )
    (project / "other.py").write_text("x = 1\nfrom a import b\ny = 2\n", encoding="utf-8")
    status, found = ask(capsys, "differ", "paths:old", "paths:new", "--generate", "20")
    assert status == 1
    assert found["raised"] > 0
    smallest = found["differences"][0]["input"]
    assert smallest.startswith("from")
    assert len(smallest) <= len("from a import b")
    status, found = ask(capsys, "differ", "paths:old", "paths:old", "--generate", "20")
    assert (status, found["differences"]) == (0, [])


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["scan", "nowhere"], "nowhere is not there"),
        (["scan", "--profile", "app.py"], "cannot read"),
        (["scaling", "app:nothing"], "is not there"),
        (["scaling", "--", "echo", "x"], "{n}"),
        (["scaling", "app:unique", "--sizes", "x"], "whole numbers"),
        (["differ", "app:unique", "app:gone"], "is not there"),
        (["differ", "app:unique", "app:exact", "--corpus", "*.csv"], "no file matches"),
        (["imports", "--", "no-such-command-here"], "cannot run"),
    ],
)
def test_bad_input_is_one_line_and_status_2(project, capsys, argv, says):
    """What is wrong and what to do, on one line."""
    capsys.readouterr()
    assert cli.main(argv) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert says in error[0]
