"""Preparing pull requests: five keeps on a base that has moved, of which two conflict and one needs another."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

import pytest

from codeflash_agent import cli
from codeflash_agent.measure.model import Method
from codeflash_agent.render.markdown import block, code, words
from codeflash_agent.review import state as reviews
from codeflash_agent.session import pull_requests, records
from codeflash_agent.storage.layout import Layout
from tests.engine.review import branch
from tests.engine.session import factories, project

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]

ROUNDS = 400_000


def slow(rounds: int, name: str = "work") -> str:
    """A module whose one function works for a while and answers the same whatever it takes."""
    return (
        f"def {name}():\n    total = 0\n    for number in range({rounds}):\n        total += number & 1\n    return 7\n"
    )


TESTS = "\n".join(f"from app.{name} import work as {name}" for name in "abcd") + "\n\n\n" + "\n\n\n".join(
    f"def test_{name}():\n    assert {name}() == 7" for name in "abcd"
)  # fmt: skip
BENCH = "\n".join(f"from app.{name} import work as {name}" for name in "abcd") + "\n\nprint(a() + b() + c() + d())\n"


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Path:
    """The project with five kept commits on codeflash/optimize, while main went on."""
    path = tmp_path / "app project"
    project.write(path / "pyproject.toml", '[project]\nname = "app"\nversion = "1"\n')
    project.write(path / "app/__init__.py", "")
    for name in "abcd":
        project.write(path / f"app/{name}.py", slow(ROUNDS))
    project.write(path / "tests/test_app.py", TESTS + "\n")
    project.write(path / "bench.py", BENCH)
    project.write(path / ".gitignore", "__pycache__/\n")
    project.git(path, "init", "-q", "-b", "main")
    project.git(path, "config", "user.name", "T")
    project.git(path, "config", "user.email", "t@example.com")
    project.git(path, "add", "-A")
    project.git(path, "commit", "-qm", "start")
    start = branch.head(path)
    project.git(path, "checkout", "-q", "-b", "codeflash/optimize")
    changes = [
        ("a", ROUNDS // 2, "halve a"),
        ("b", 1000, "shorten b"),
        ("a", 1, "shorten a more"),
        ("c", 1, "shorten c"),
        ("d", 1, "shorten d"),
    ]
    kept, last = [], start
    for number, (name, rounds, what) in enumerate(changes, 1):
        commit = branch.commit(path, f"app/{name}.py", slow(rounds), f"perf: {what}")
        kept.append(
            factories.kept(
                number, commit=commit, base_commit=last, description=f"perf: {what}", target=f"app/{name}.py::work"
            )
        )
        last = commit
    project.git(path, "checkout", "-q", "main")
    for name in "cd":
        project.write(path / f"app/{name}.py", slow(ROUNDS - 1).replace("total += number & 1", "total += number & 3"))
    project.git(path, "commit", "-qam", "main goes on")
    project.write(path / "draft.txt", "the user's own\n")
    branch.session(path, *kept, package="app", method=Method("python bench.py"), tests="pytest -q -p no:cacheprovider")
    session = json.loads(Layout(path).session_json.read_text())
    session["start_commit"] = start
    Layout(path).session_json.write_text(json.dumps(session))
    monkeypatch.chdir(path)
    capsys.readouterr()
    return path


def refs(top: Path) -> str:
    """Every branch with its commit."""
    return project.git(top, "for-each-ref", "refs/heads")


@pytest.mark.slow
def test_each_keep_is_prepared_alone_stacked_or_left_with_its_reason(
    top: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two stand alone, one is stacked on what it needs, two conflict with the moved base; nothing else changes."""
    files, old = project.fingerprint(top), refs(top)
    assert cli.main(["prs", "--base", "main", "--budget", "200"]) == 1  # waits for its turn on the machine
    out = capsys.readouterr().out
    first, second, third, fourth, fifth = pull_requests.load_all(Layout(top))
    assert [one.state for one in (first, second, third, fourth, fifth)] == ["prepared"] * 3 + ["left"] * 2
    assert (first.branch, first.stacked_on) == ("deep/halve-a", "")
    assert (third.branch, third.stacked_on, third.base) == ("deep/shorten-a-more", "deep/halve-a", first.commit)
    assert "conflict in app/c.py" in fourth.why
    assert "conflict in app/d.py" in fifth.why
    assert "[prs] 4: perf: shorten c: not prepared: conflict in app/c.py" in out
    for one in (first, second, third):
        assert project.git(top, "rev-parse", one.branch).strip() == one.commit
        assert (one.tests_passed, one.tests_failed) == (4, 0)
        assert one.measurement is not None
        assert one.measurement.metrics["cpu_s"].low > 1
        body = (Layout(top).prs / f"{one.experiment:03d}.md").read_text()
        assert f"codeflash-agent compare {one.base[:12]} {one.commit[:12]} --benchmark 'python bench.py'" in body
        assert "| cpu_s |" in body
    assert project.git(top, "diff", "--name-only", "main", second.branch).split() == ["app/b.py"]
    assert "**Stacked on `deep/halve-a`**" in (Layout(top).prs / "003.md").read_text()
    assert project.fingerprint(top) == files
    assert [line for line in refs(top).splitlines() if "deep/" not in line] == old.splitlines()
    assert "pr-above" not in project.git(top, "worktree", "list")

    _opens_only_on_the_users_word(top, capsys, monkeypatch, tmp_path)


def _opens_only_on_the_users_word(top: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`--open` waits for the review, pushes what was prepared, and hands titles and bodies over as data."""
    log = tmp_path / "gh.log"
    tools = tmp_path / "tools"
    tools.mkdir()
    gh = tools / "gh"
    gh.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> "{log}"\necho https://example.com/pull/1\n')
    gh.chmod(gh.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    project.git(top, "init", "-q", "--bare", str(tmp_path / "remote.git"))
    project.git(top, "remote", "add", "origin", str(tmp_path / "remote.git"))
    assert cli.main(["prs", "--open"]) == 1
    assert "nothing is opened before the review is settled" in capsys.readouterr().err
    assert not log.exists()
    head = project.git(top, "rev-parse", "codeflash/optimize").strip()
    done = reviews.Review(
        1, "b" * 40, head, "now", "reviews/001-brief.md", 1, by_reference=False, outcome="approve", reviewer="claude"
    )
    reviews.save(Layout(top), done)
    assert cli.main(["prs", "--open"]) == 1, "two are still not prepared"
    said = log.read_text()
    assert said.count("create") == 3
    assert "--base\ndeep/halve-a" in said
    assert "--base\nmain" in said
    pushed = project.git(tmp_path / "remote.git", "for-each-ref", "--format=%(refname:short)")
    assert pushed.split() == ["deep/halve-a", "deep/shorten-a-more", "deep/shorten-b"]
    assert cli.main(["prs", "--open"]) == 1
    assert "nothing is prepared that is not open yet" in capsys.readouterr().err


def test_a_branch_with_somebodys_commits_is_left_alone(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A branch of the same name that was not prepared by us is never moved."""
    from codeflash_agent.session import preparing

    monkeypatch.setattr(preparing, "_measure", lambda _bench, _one: factories.measurement(cpu_s=factories.ratio(2, 1)))
    monkeypatch.setattr(preparing, "_tested", lambda _bench, _on, _commit: None)
    project.git(top, "branch", "deep/shorten-b", "main")
    tip = project.git(top, "rev-parse", "deep/shorten-b")
    assert cli.main(["prs"]) == 1
    second = pull_requests.load_all(Layout(top))[1]
    assert "exists with other commits" in second.why
    assert project.git(top, "rev-parse", "deep/shorten-b") == tip
    assert cli.main(["prs"]) == 1, "what was prepared before is prepared again"
    assert [one.state for one in pull_requests.load_all(Layout(top))] == ["prepared", "left", *["prepared"] * 3]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["prs", "--base", "nowhere"], 2, "names no commit"),
        (["prs", "--open"], 1, "nothing is prepared"),
        (["prs", "--budget", "0"], 2, "--budget"),
    ],
)
def test_what_cannot_be_prepared_is_said_in_one_line(
    top: Path, arguments: list[str], status: int, said: str, capsys: Captured
) -> None:
    """Usage errors and refusals name what to do."""
    try:
        found = cli.main(arguments)
    except SystemExit as end:
        found = int(str(end.code))
    assert found == status
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_an_open_experiment_comes_first(top: Path, capsys: Captured) -> None:
    """Nothing is prepared from a state in between."""
    records.save(Layout(top), factories.record(6, "open"))
    assert cli.main(["prs"]) == 1
    assert "experiment 6 is open" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("perf: join once instead of per token", "join-once-instead-of-per-token"),
        ("perf(core)!: Über-fast `x`", "ber-fast-x"),
        ("perf: ../../etc/passwd $(rm -rf)", "etc-passwd-rm-rf"),
        ("--upload-pack=evil", "upload-pack-evil"),
        ("perf: " + "word " * 40, "word-word-word-word-word-word-word-word-word"),
        ("perf: …", ""),
    ],
)
def test_branches_are_named_safely(title: str, slug: str) -> None:
    """Whatever a title holds, the name is short, lower-case and harmless."""
    assert pull_requests.slug_of(title) == slug


def test_equal_titles_get_different_branches() -> None:
    """Two experiments with one title do not share a branch; an empty slug gets the number."""
    kept: list[Any] = [factories.kept(number, description="perf: same") for number in (1, 2)] + [
        factories.kept(3, description="…")
    ]
    assert pull_requests.branches(kept) == {1: "deep/same", 2: "deep/same-2", 3: "deep/experiment-3"}


@pytest.mark.parametrize(
    "evil",
    [
        "@everyone look",
        "fixes #12",
        "GH-12",
        "![x](https://evil.example/x.png)",
        "<img src=x>",
        "a | b",
        "**bold**",
        "see www.evil.example",
        "\x1b[2J",
    ],
)
def test_words_of_others_stay_words(evil: str) -> None:
    """In a body nobody is mentioned, nothing closed, loaded or laid out by what an agent or a repository wrote."""
    shown = words(evil)
    for mark in ("@e", "#1", "GH-1", "https:", "](", "<img", " | ", "**", "www.", "\x1b"):
        assert mark not in shown.replace("\\|", "")
    assert "\n" not in words("a\nb")


def test_code_cannot_be_ended_from_inside() -> None:
    """Backticks in a name or a command stay inside."""
    assert code("a`b") == "`` a`b ``"
    assert block("x\n```\ny")[0] == "````"
