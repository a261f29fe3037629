"""Verbs beside the measuring: edits as text, commands in the trees, targets that are left alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.session import edits, sides

from . import project
from .walking import begin, edit, run, tree

if TYPE_CHECKING:
    from pathlib import Path


def test_run_uses_each_trees_own_code(top: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A command runs in the session's tree or the last kept commit's, with that tree's code and its own exit status."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    run("baseline", "--benchmark", "python -c pass", "--no-tests")
    edit(top, project.WRONG)
    show = "import words.text as t; print(t.distinct(['b', 'a']))"
    capfd.readouterr()
    run("run", "--", "python", "-c", show)
    assert capfd.readouterr().out == "['a', 'b']\n"
    run("run", "--baseline", "--", "python", "-c", show)
    assert capfd.readouterr().out == "['b', 'a']\n"
    run("run", "--", "python", "-c", "raise SystemExit(7)", status=7)
    run("run", "--", "no-such-command", status=2)
    project.write(top / "venv" / "bin" / "who", "#!/bin/sh\npwd")
    (top / "venv" / "bin" / "who").chmod(0o755)
    run("run", "--", "venv/bin/who")
    assert capfd.readouterr().out.strip() == str(tree(top)), "a program that git does not track runs in the tree"
    run("run", "--", "venv/bin/no-such-command", status=2)


def test_a_skipped_target_is_listed_with_its_reason(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was looked at and left is in the hand-over and in the report."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    run("baseline", "--benchmark", "python -c pass", "--no-tests")
    run("skip", "--target", "words/text.py::main", "--reason", "calls the others in turn")
    assert "words/text.py::main: calls the others in turn" in (top / ".codeflash" / "HANDOFF.md").read_text()
    capsys.readouterr()
    run("report")
    assert "words/text.py::main: calls the others in turn" in capsys.readouterr().out


@pytest.mark.slow
def test_a_skip_says_what_is_still_open_and_which_reason_it_replaces(
    started: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows of one kind can be skipped in one call, and no reason goes without a word."""
    run("skip", "--target", "bench.py::<module>", "--reason", "the benchmark itself")
    out = capsys.readouterr().out
    assert "still open: words/text.py::distinct" in out
    assert "replaces" not in out
    run("skip", "--target", "bench.py::<module>", "--reason", "makes the words")
    assert "replaces the reason given before for bench.py::<module>: the benchmark itself" in capsys.readouterr().out
    run("skip", "--target", "words/text.py::distinct", "--reason", "an example")
    assert "still open" not in capsys.readouterr().out


def test_skips_with_reasons_of_their_own_are_one_call(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Targets belong to the reason after them; a reason first holds for all; one that is left over is named."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    run("baseline", "--benchmark", "python -c pass", "--no-tests")
    run("skip", "--target", "a::f", "--target", "a::g", "--reason", "only call others", "--target", "a::h", "--reason", "slow on purpose")  # fmt: skip
    handed = (top / ".codeflash" / "HANDOFF.md").read_text()
    assert all(text in handed for text in ("a::f: only call others", "a::g: only call others", "a::h: slow on purpose"))
    run("skip", "--reason", "tiny", "--target", "a::i", "--target", "a::j")
    assert "a::j: tiny" in (top / ".codeflash" / "HANDOFF.md").read_text()
    capsys.readouterr()
    run("skip", "--target", "a::k", "--reason", "tiny", "--target", "a::lonely", status=2)
    assert "a::lonely" in capsys.readouterr().err
    assert "a::k" not in (top / ".codeflash" / "HANDOFF.md").read_text()


def test_a_command_is_compared_on_both_sides(top: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The same print and an end with 0 is the same; other lines are shown; what fails on both sides proves nothing."""
    run("setup", "--set", f"interpreter={project.INTERPRETER}")
    run("baseline", "--benchmark", "python -c pass", "--no-tests")
    assert (top / ".codeflash" / "bench").is_dir()
    project.write(top / ".codeflash" / "bench" / "odd.py", """
        import sys
        from words.text import distinct
        print("first")
        print(distinct(["b", "a"]))
        print({"one", "two", "three"})
        sys.exit(int(sys.argv[1]))
    """)  # fmt: skip
    odd = ("run", "--same", "--", "python", ".codeflash/bench/odd.py")
    capfd.readouterr()
    run(*odd, "0")
    assert capfd.readouterr().out == "same: 3 lines printed\n"
    run(*odd, "3", status=1)
    assert "both end with 3" in capfd.readouterr().out
    edit(top, project.WRONG)
    run(*odd, "0", status=1)
    out = capfd.readouterr().out
    assert "-['b', 'a']" in out
    assert "+['a', 'b']" in out
    assert "first" not in out
    run(
        "run",
        "--same",
        "--start",
        "--",
        "python",
        "-c",
        "import words.text, sys; sys.exit(len(words.text.distinct('ab')) - 2)",
    )
    run("run", "--same", "--", "no-such-command", status=2)


def test_edits_go_into_the_open_experiment_only(
    started: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an experiment nothing is written; with one the blocks are, from wherever it is called."""
    old = project.SLOW.strip("\n").split("\n")[2].strip()
    text = f"words/text.py\n<<<<<<< SEARCH\n    {old}\n=======\n    {old}  # kept\n>>>>>>> REPLACE\n"
    before = (tree(started) / "words" / "text.py").read_text()
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    run("edit", status=1)
    assert "begin" in capsys.readouterr().err
    assert (tree(started) / "words" / "text.py").read_text() == before
    begin()
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    run("edit")
    assert capsys.readouterr().out.endswith("edited words/text.py\n")
    assert (tree(started) / "words" / "text.py").read_text() == before.replace(old, f"{old}  # kept")


FILE = "def f(a):\n    if a:\n        return 1  \n    return 2\n\n\ndef g(a):\n    return 2\n"


def block(old: str, new: str, file: str = "m.py") -> str:
    """One edit as text."""
    return f"{file}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ("    if a:\n", "    if not a:\n", FILE.replace("if a", "if not a")),
        ("        return 1\n", "        return 3\n", FILE.replace("return 1  ", "return 3")),  # space at the end
        ("if a:\n    return 1\n", "if a:\n\n    return 3\n", FILE.replace("        return 1  ", "\n        return 3")),
        ("return 1\n", "return 10\n", FILE.replace("return 1", "return 10")),  # less than a line
        ("def g(a):\n    return 2\n", "", FILE.replace("def g(a):\n    return 2\n", "")),
        ("def g(a):\n", "=======\ndef g(a):\n", FILE.replace("def g", "=======\ndef g")),
    ],
)
def test_an_edit_finds_its_only_place(tmp_path: Path, old: str, new: str, result: str) -> None:
    """Exactly, but for space at the ends of lines, as a part of a line, or shifted as a whole."""
    (tmp_path / "m.py").write_text(FILE)
    assert edits.apply(tmp_path, edits.parse(block(old, new))) == {"m.py": 1}
    assert (tmp_path / "m.py").read_text() == result


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("    return 2\n", "2 times (lines 4, 8)"),
        ("    return 7\n", "read the file again"),
        ("def f(a):\n    if b:\n        return 1\n", "line 2 is 'if a:', not 'if b:'"),
        ("", "no lines to find"),
    ],
)
def test_an_edit_without_its_only_place_writes_nothing(tmp_path: Path, old: str, said: str) -> None:
    """Nor do those before it, in the same file or another; the line says what is in the way."""
    (tmp_path / "m.py").write_text(FILE)
    text = block("", "x = 1\n", "new/one.py") + block("def g(a):\n", "def g(b):\n") + block(old, "y\n")
    with pytest.raises(Refused) as refused:
        edits.apply(tmp_path, edits.parse(text))
    assert said in str(refused.value)
    assert (tmp_path / "m.py").read_text() == FILE
    assert not (tmp_path / "new").exists()


def test_an_edit_keeps_mode_and_ends_of_lines(tmp_path: Path) -> None:
    """A program stays one, and a file of another system keeps its line ends; a new file is made with its folder."""
    script = tmp_path / "run.sh"
    script.write_bytes(b"#!/bin/sh\r\necho \xff\r\n")
    script.chmod(0o755)
    text = block("#!/bin/sh\n", "#!/bin/sh\nset -e\n", "run.sh") + block("", "x = 1\n", "new/one.py")
    assert edits.apply(tmp_path, edits.parse(text)) == {"run.sh": 1, "new/one.py": 1}
    assert script.read_bytes() == b"#!/bin/sh\r\nset -e\r\necho \xff\r\n"
    assert script.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "new" / "one.py").read_text() == "x = 1\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no edit"),
        ("<<<<<<< SEARCH\na\n=======\n>>>>>>> REPLACE\n", "no file"),
        ("m.py\n<<<<<<< SEARCH\na\n=======\nb\n", "has no end"),
        (block("a\n", "b\n", "../out.py"), "not in the session's tree"),
        (block("a\n", "b\n", ".git/config"), "not in the session's tree"),
        (block("a\n", "b\n", "gone.py"), "is not there"),
    ],
)
def test_what_is_no_edit_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    """Malformed blocks and files that are not the session's."""
    with pytest.raises(EnvironmentProblem, match=said):
        edits.apply(tmp_path, edits.parse(text))


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("a 1.0000001 [2.5e3]\n", "a 1.0 [2500.0000001]\n", False),  # a share more than the tolerance
        ("a 1.0000000001 [2.5e3]\n", "a 1.0 [2500.0]\n", True),
        ("a 7\n", "a 8\n", False),  # a count is no measurement
        ("v1.0.3\n", "v1.0.4\n", False),
        ("-0.5 x\n", "0.5 x\n", False),
        ("1.5\n2.5\n", "1.5\n", False),
        ("nan 1.5\n", "nan 1.5000000000001\n", True),
    ],
)
def test_numbers_may_differ_by_a_tolerance(before: str, after: str, *, same: bool) -> None:
    """Only numbers with a point or an exponent, line by line, and only where it was asked for."""
    first, second = sides.Side(0, before, ""), sides.Side(0, after, "")
    assert (sides.difference(first, second, 1e-9) == []) is same
    assert sides.difference(first, second) != []


def test_a_file_named_in_two_ways_is_one(tmp_path: Path) -> None:
    """The second edit stands on the first."""
    (tmp_path / "m.py").write_text(FILE)
    text = block("def f(a):\n", "def f(b):\n") + block("def g(a):\n", "def g(b):\n", "./m.py")
    assert edits.apply(tmp_path, edits.parse(text)) == {"m.py": 2}
    assert (tmp_path / "m.py").read_text() == FILE.replace("def f(a)", "def f(b)").replace("def g(a)", "def g(b)")
