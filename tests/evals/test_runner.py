"""The evaluation runner without a model: a project prepared, a branch that somebody left judged, the table."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from evals import metered, running, table

ROOT = Path(__file__).resolve().parents[2]


def evals(*words):
    """Run `scripts/evals`."""
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "evals"), *map(str, words)], capture_output=True, text=True, check=False
    )


def git(folder, *words):
    """What git answers in `folder`."""
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_a_prepared_project_is_judged_by_its_branch(tmp_path):
    """The repository holds nothing that judges; what is on codeflash/optimize is scored, and the row says how much it gained."""
    repository, results = tmp_path / "ratings", tmp_path / "results.jsonl"
    done = evals("prepare", "ratings", repository)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in repository.rglob("*") if ".venv" not in path.parts}
    assert not names & {"eval.json", "oracle", "solution", "cheats"}
    assert git(repository, "status", "--porcelain") == ""

    git(repository, "switch", "-q", "-c", "codeflash/optimize")
    for mend in ("opponents-points", "rating-copies"):
        git(repository, "apply", ROOT / "evals" / "ratings" / "solution" / f"{mend}.patch")
    git(repository, "commit", "-qam", "perf: once instead of again")
    done = evals("judge", "ratings", repository, "--rounds", "2", "--results", results)

    assert done.returncode == 0, done.stderr
    (outcome,) = map(json.loads, results.read_text(encoding="utf-8").splitlines())
    assert outcome["score"]["found"] == outcome["score"]["of"] == 2
    assert "| ratings | plugin | 2 of 2 | cpu_s " in done.stdout
    assert evals("table", results).stdout.count("\n") == 3


def test_bad_input_is_one_line(tmp_path):
    """A folder that is there, and results that are not."""
    for words, says in (
        (("prepare", "ratings", tmp_path), "is there already"),
        (("table", tmp_path / "none"), "No such file"),
    ):
        done = evals(*words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert says in done.stderr


def test_cost_is_that_of_all_conversations():
    """Turns of agents count, and tokens that came from a cache were read too."""
    usage = {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 7}
    events = [{"type": "assistant"}, {"type": "user"}, {"type": "assistant"}]
    cost = running.cost_of([*events, {"type": "result", "usage": usage, "total_cost_usd": 0.5}])
    assert (cost.turns, cost.input_tokens, cost.output_tokens, cost.usd) == (2, 100, 7, 0.5)


def test_a_metered_shell_passes_all_on_and_counts(tmp_path):
    """Output and status are the script's; a turn reads what was said before it, and the answer reads all of it."""
    log = tmp_path / "log"
    for script, status in (("pwd; echo no >&2; sleep 0.2; exit 3", 3), ("true", 0)):
        done = subprocess.run(
            [sys.executable, str(ROOT / "scripts" / "evals" / "metered.py"), str(log), str(tmp_path)],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status
        assert done.stdout == (f"{tmp_path}\nno\n" if status else "")
    first, second = len("pwd; echo no >&2; sleep 0.2; exit 3"), len("true")
    output = len(f"{tmp_path}\nno\n")
    turns, read, written, seconds = metered.cost_of_log(log, prompt=400, answer=40)
    assert (turns, written) == (2, round((first + second + 40) / 4))
    assert read == round((400 + (400 + first + output) + (400 + first + output + second)) / 4)
    assert seconds >= 0.2


def test_share_of_the_references_gain():
    """As much saved is 1, half of what can be saved is a half, more is above 1."""
    assert table.share_of(4, 4) == 1
    assert table.share_of(1.6, 4) == 0.5
    assert table.share_of(8, 4) > 1
    assert table.share_of(1.0, 1.0) == 1


def test_one_arm_over_the_other():
    """Medians of the runs of each arm, a row for each project that both worked on, and the geometric mean of the rows."""

    def run(name, arm, cpu, turns, tokens):
        ratios = {"tree": {metric: {"ratio": gain} for metric, gain in (("cpu_s", cpu), ("wall_s", cpu), ("rss_mib", 1.0))}}
        cost = {"turns": turns, "input_tokens": tokens, "output_tokens": 0}
        return {"name": name, "arm": arm, "score": {"ratios": ratios}, "cost": cost}

    plugin = [run("a", "plugin", gain, 10, 0) for gain in (1.0, 4.0, 9.0)]
    others = [run("a", "bare", 2.0, 5, 100), run("b", "plugin", 2.0, 8, 80), run("b", "bare", 1.0, 8, 100), run("c", "bare", 1, 1, 1)]
    rows = table.versus([*plugin, *others]).splitlines()[2:]
    assert rows == [
        "| a | 3 / 1 | 2.00 | 2.00 | 1.00 | 1.59 | 2.00 | - |",
        "| b | 1 / 1 | 2.00 | 2.00 | 1.00 | 1.59 | 1.00 | 0.80 |",
        "| all | | 2.00 | 2.00 | 1.00 | 1.59 | 1.41 | 0.80 |",
    ]
