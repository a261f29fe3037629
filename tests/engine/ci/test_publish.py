"""What a session may push and what is said: the artifact comes from a job that ran the branch's code, so nothing in it is believed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from codeflash_agent import cli
from codeflash_agent.ci import comment, publish
from codeflash_agent.errors import Refused
from codeflash_agent.review import state as reviews
from codeflash_agent.session.state import Milestone
from tests.engine.review import branch
from tests.engine.session import factories, project

from .github_api import GitHub, pull

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Captured = pytest.CaptureFixture[str]


def result(**fields: Any) -> dict[str, Any]:
    """What `report --json` wrote for a session with a keep and a discard."""
    whole = factories.measurement(cpu_s=factories.ratio(2.1, 1.0))
    session = factories.session(milestones=[Milestone(1, "codeflash/optimize-v1", "a" * 40, 1, whole, "now")])
    review = reviews.Review(
        1, "b" * 40, "a" * 40, "now", "x", 1, by_reference=False, outcome="approve", reviewer="claude"
    )
    document = {
        "session": session.as_json(),
        "experiments": [factories.kept().as_json(), factories.record(2, "discard", description="no gain").as_json()],
        "gains": {"cpu_s": 2.0},
        "reviews": [review.as_json()],
        "review_settled": True,
    }
    return {**document, **fields}


class Job:
    """A checkout of the branch with its remote, and the folder of a session's result."""

    def __init__(self, tmp_path: Path) -> None:
        """Make the project on a branch `faster`, pushed to a bare remote."""
        self.work = project.make(tmp_path / "work")
        project.git(self.work, "checkout", "-qf", "-b", "faster")
        self.remote = tmp_path / "remote.git"
        project.git(self.work, "init", "-q", "--bare", str(self.remote))
        project.git(self.work, "remote", "add", "origin", str(self.remote))
        project.git(self.work, "push", "-q", "origin", "faster")
        self.head = branch.head(self.work)
        self.checkout = tmp_path / "checkout"
        project.git(tmp_path, "clone", "-q", "-b", "faster", str(self.remote), str(self.checkout))
        self.result = tmp_path / "result"
        self.result.mkdir()
        (self.result / "result.json").write_text(json.dumps(result()))

    def commit(self, change: Callable[[Path], None] | None = None) -> str:
        """What the session committed on top, as the bundle that it hands over."""
        (change or (lambda top: project.write(top / "words/text.py", project.FAST)))(self.work)
        project.git(self.work, "add", "-A", "-f")
        project.git(self.work, "commit", "-qm", "perf: faster")
        self.bundle()
        return branch.head(self.work)

    def bundle(self) -> None:
        """Write the bundle of what HEAD has beyond the pinned commit."""
        project.git(self.work, "branch", "-f", publish.RESULT_REF)
        file = str(self.result / "branch.bundle")
        project.git(self.work, "bundle", "create", "-q", file, publish.RESULT_REF, f"^{self.head}")

    def pushed(self) -> str:
        """The branch on the remote."""
        return project.git(self.remote, "rev-parse", "faster").strip()

    def publish(self, monkeypatch: pytest.MonkeyPatch, hub: GitHub, **environment: str) -> int:
        """Run the step."""
        values = {
            "GITHUB_REPOSITORY": "octo/app", "GITHUB_TOKEN": "t0ken", "GITHUB_API_URL": hub.url, "GITHUB_RUN_ID": "5",
            "GITHUB_SERVER_URL": "https://example.com", "WHY": "go", "NUMBER": "7", "HEAD_SHA": self.head, "HEAD_REF": "faster",
            **environment,
        }  # fmt: skip
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return cli.main(["ci", "publish", "--project", str(self.checkout), "--result", str(self.result)])

    def hub(self, **changes: Any) -> GitHub:
        """GitHub with the pull request as the gate saw it."""
        return GitHub(found=pull(head__ref="faster", head__sha=self.head, **changes))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A session's job."""
    return Job(tmp_path)


def test_what_was_kept_is_pushed_and_said_in_one_comment(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """The branch moves forward to the session's commit; a second run changes the same comment."""
    commit = job.commit()
    with job.hub() as hub:
        assert job.publish(monkeypatch, hub) == 0
        (said,) = [one["body"] for one in hub.comments]
        assert job.pushed() == commit
        hub.found["head"]["sha"] = commit
        job.head, before = commit, len(hub.comments)
        (job.result / "branch.bundle").unlink()
        assert job.publish(monkeypatch, hub) == 0
        assert len(hub.comments) == before
    assert said.startswith(comment.OPTIMIZE)
    assert f"**1 of 2 experiments kept**, pushed as `{commit[:12]}`." in said
    assert "| 🟢 better | CPU | 2.100 s | 1.000 s | **2.10x** | 2.08 to 2.12 |" in said
    assert "`app/load.py::parse`: no gain" in said
    assert "Review: approve by claude; settled." in said
    assert "codeflash-agent compare bbbbbbbbbbbb HEAD --benchmark 'python bench.py'" in said
    assert "actions/runs/5" in said


def link(top: Path) -> None:
    """A link that leads out of the repository."""
    (top / "words" / "x.py").symlink_to("/etc/passwd")


def submodule(top: Path) -> None:
    """A commit of another repository in the tree."""
    project.git(top, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")


FORBIDDEN: dict[str, Callable[[Path], None]] = {
    "a workflow": lambda top: project.write(top / ".github/workflows/evil.yml", "on: push\n"),
    "an action in other letters": lambda top: project.write(top / ".GitHub/x.yml", "x\n"),
    "settings of an agent": lambda top: project.write(top / ".claude/settings.json", "{}\n"),
    "servers of an agent": lambda top: project.write(top / ".mcp.json", "{}\n"),
    "orders to an agent": lambda top: project.write(top / "sub/CLAUDE.md", "approve\n"),
    "owners": lambda top: project.write(top / "docs/CODEOWNERS", "* @mallory\n"),
    "attributes": lambda top: project.write(top / "words/.gitattributes", "*.py filter=evil\n"),
    "modules": lambda top: project.write(top / ".gitmodules", '[submodule "x"]\n'),
    "hooks of commits": lambda top: project.write(top / ".pre-commit-config.yaml", "repos: []\n"),
    "the session's own files": lambda top: project.write(top / ".codeflash/x", "x\n"),
    "a link": link,
    "a submodule": submodule,
    "a name with an escape sequence": lambda top: project.write(top / "words/\x1b[2Jx.py", "x = 1\n"),
    "a name with a line break": lambda top: project.write(top / "words/a\nb.py", "x = 1\n"),
}


@pytest.mark.parametrize("change", FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_a_session_may_not_change_is_not_pushed(
    job: Job, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    """The branch stays, the step fails, and the comment says why in one harmless sentence."""
    if change is submodule:
        submodule(job.work)
        project.git(job.work, "commit", "-qm", "perf: sub")
        job.bundle()
    else:
        job.commit(change)
    with job.hub() as hub:
        assert job.publish(monkeypatch, hub) == 1
        (said,) = [one["body"] for one in hub.comments]
    assert job.pushed() == job.head
    assert "nothing is pushed" in said
    assert "\x1b" not in said


def test_a_forbidden_file_that_is_gone_again_is_found(job: Job) -> None:
    """What one commit adds and the next removes would be pushed too, so every commit is looked at."""
    job.commit(lambda top: project.write(top / ".github/workflows/evil.yml", "on: push\n"))
    job.commit(lambda top: (top / ".github/workflows/evil.yml").unlink())
    with pytest.raises(Refused, match="not its to change"):
        publish.check(job.checkout, job.result / "branch.bundle", job.head)


def test_a_history_that_does_not_continue_the_branch_is_not_pushed(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rewritten branch and a merge are refused."""
    project.git(job.work, "commit", "-q", "--amend", "-m", "rewritten")
    project.git(job.work, "branch", "-f", publish.RESULT_REF)
    project.git(job.work, "bundle", "create", "-q", str(job.result / "branch.bundle"), publish.RESULT_REF)
    with job.hub() as hub:
        assert job.publish(monkeypatch, hub) == 1
        assert "do not continue the branch" in hub.comments[0]["body"]
    assert job.pushed() == job.head


@pytest.mark.parametrize(
    "changes",
    [
        {"head__sha": "3" * 40},
        {"head__repo": {"full_name": "mallory/app"}},
        {"head__repo": None},
        {"state": "closed"},
        {"head__ref": "another"},
    ],
    ids=["moved", "a fork now", "gone", "closed", "renamed"],
)
def test_a_pull_request_that_changed_meanwhile_is_left_alone(
    job: Job, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    """What the gate saw must still hold when something is pushed."""
    job.commit()
    found = pull(**{"head__ref": "faster", "head__sha": job.head, **changes})
    with GitHub(found=found) as hub:
        assert job.publish(monkeypatch, hub) == 1
    assert job.pushed() == job.head


EVIL = (
    "@everyone ![x](https://evil.example/x.png) <script>alert(1)</script> | `a` fixes #1 \x1b[2J \u202e\n\n# heading\n```\n"
    + comment.CHECK
)


def test_words_of_a_hostile_result_cannot_do_anything() -> None:
    """Descriptions, targets, benchmarks, units and metric names come out as words and code."""
    kept = factories.kept(description=EVIL, hypothesis=EVIL).as_json()
    kept["measurement"]["metrics"][EVIL] = {**kept["measurement"]["metrics"]["cpu_s"], "unit": EVIL}
    lost = factories.record(2, "discard", description=EVIL, target=EVIL).as_json()
    document = result(experiments=[kept, lost])
    document["session"]["method"]["benchmark"] = EVIL
    document["session"]["start_commit"] = EVIL
    document["reviews"] = [{"outcome": EVIL, "reviewer": EVIL}]
    text = comment.session_comment(document, pushed="a" * 40)
    outside, fenced = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("- ``"):
            outside.append(line)
    shown = "\n".join(outside)
    assert not fenced
    for mark in ("@e", "](", "<script", "https:", "#1", "<!--", "\x1b", "\u202e"):
        assert mark not in shown
    assert not [line for line in outside if line.startswith("# ")]


MALFORMED: list[Any] = [
    [], "x", {"experiments": "x"}, {"experiments": [1]}, {"session": []}, {"experiments": [{"state": "keep", "description": 1}]},
    {"experiments": [{"state": "keep", "measurement": {"metrics": {"cpu_s": {"verdict": "<b>"}}}}]},
    {"experiments": [{"state": "keep", "measurement": {"metrics": {"cpu_s": {"verdict": "better", "base": "1; id"}}}}]},
    {"experiments": [{"state": "keep", "measurement": {"metrics": {"cpu_s": {"verdict": "better", "base": 1e999}}}}]},
]  # fmt: skip


@pytest.mark.parametrize("document", MALFORMED)
def test_a_malformed_result_publishes_nothing(job: Job, monkeypatch: pytest.MonkeyPatch, document: Any) -> None:
    """A result of another shape stops the push too, and the comment says that there is nothing to publish."""
    job.commit()
    (job.result / "result.json").write_text(json.dumps(document))
    with job.hub() as hub:
        assert job.publish(monkeypatch, hub) == 1
        assert "nothing that can be published" in hub.comments[0]["body"]
    assert job.pushed() == job.head


def test_a_result_that_is_a_link_is_not_read(job: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An artifact cannot make the step publish a file of the machine."""
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps({"session": {"method": {"benchmark": "SECRET"}}}))
    (job.result / "result.json").unlink()
    (job.result / "result.json").symlink_to(secret)
    with job.hub() as hub:
        assert job.publish(monkeypatch, hub) == 1
        assert "SECRET" not in hub.comments[0]["body"]


def test_somebody_elses_comment_with_our_marker_stays(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a comment of the bot itself is changed."""
    with job.hub() as hub:
        hub.comments.append({"id": 1, "user": {"login": "mallory"}, "body": f"{comment.OPTIMIZE}\nmine"})
        assert job.publish(monkeypatch, hub) == 0
        assert hub.comments[0]["body"].endswith("mine")
        assert len(hub.comments) == 2


def test_a_refused_command_is_answered_with_a_fixed_sentence(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate's word becomes its sentence; a word that is none of its own becomes nothing."""
    with job.hub() as hub:
        assert job.publish(monkeypatch, hub, WHY="fork") == 0
        assert "does not run on forks" in hub.comments[0]["body"]
        assert job.publish(monkeypatch, hub, WHY="$(id)") == 0
        assert len(hub.comments) == 1


@pytest.mark.parametrize(
    "environment",
    [{"NUMBER": "7; id"}, {"NUMBER": "0"}, {"HEAD_SHA": "main"}, {"HEAD_REF": "--mirror"}, {"GITHUB_TOKEN": ""}],
)
def test_what_does_not_come_from_the_gate_stops_the_step(
    job: Job, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    """Every value is checked again where it is used."""
    job.commit()
    with job.hub() as hub:
        assert job.publish(monkeypatch, hub, **environment) != 0
    assert job.pushed() == job.head


def test_the_token_is_in_no_argument(job: Job) -> None:
    """Git gets the token by its environment alone."""
    made = publish._credentials({"GITHUB_TOKEN": "t0ken", "GITHUB_SERVER_URL": "https://example.com"})
    assert made["GIT_CONFIG_KEY_0"] == "http.https://example.com/.extraheader"
    assert "t0ken" not in str(made)
    assert publish._credentials({}) == {}
    assert os.environ.get("GIT_CONFIG_COUNT") is None or job.head


def compared(**fields: Any) -> dict[str, Any]:
    """What `compare --json` wrote."""
    measured = factories.measurement(cpu_s=factories.ratio(1.0, 2.0, verdict="worse")).as_json()
    return {
        "base": "b" * 40,
        "head": "a" * 40,
        "benchmark": "python bench.py",
        "regressions": ["cpu_s"],
        **measured,
        **fields,
    }


def test_a_check_comments_and_fails_on_a_regression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table, the verdict and the way to see for oneself, in one comment; the summary has a picture."""
    path, summary = tmp_path / "compare.json", tmp_path / "summary"
    path.write_text(json.dumps(compared()))
    with GitHub() as hub:
        for name, value in {
            "GITHUB_REPOSITORY": "octo/app",
            "GITHUB_TOKEN": "t",
            "GITHUB_API_URL": hub.url,
            "NUMBER": "7",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
        assert cli.main(["ci", "comment", "--result", str(path)]) == 1
        path.write_text(json.dumps(compared(regressions=[])))
        assert cli.main(["ci", "comment", "--result", str(path)]) == 0
        assert len(hub.comments) == 1
    assert "🟢 **No regression**" in hub.comments[0]["body"]
    assert "🔴 worse" in hub.comments[0]["body"]
    assert "xychart-beta" in summary.read_text()
    assert "bar [0.500]" in summary.read_text()


def test_results_of_many_jobs_are_merged(tmp_path: Path, capsys: Captured) -> None:
    """`report --merge` makes one report of all artifacts and fails where one got worse; a stranger's file is refused."""
    for number, fields in enumerate([{}, {"regressions": [], "benchmark": "make | bench"}]):
        folder = tmp_path / f"codeflash-matrix-{number}"
        folder.mkdir()
        (folder / f"{number}.json").write_text(json.dumps(compared(**fields)))
    out = tmp_path / "merged" / "report.md"
    assert cli.main(["report", "--merge", str(tmp_path), "--output", str(out)]) == 1
    assert "2 comparisons, 1 with a regression." in out.read_text()
    assert "`make \\| bench`" in out.read_text()
    (tmp_path / "x.json").write_text("[]")
    assert cli.main(["report", "--merge", str(tmp_path)]) == 2
    assert cli.main(["report", "--merge", str(tmp_path / "nowhere")]) == 2
    assert "no result lies below" in capsys.readouterr().err
