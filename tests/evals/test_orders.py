"""The evaluation project is what its description says: problems that are there, mends that mend, a trap that is one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EVALS = Path(__file__).resolve().parents[2] / "evals"
ORDERS = EVALS / "orders"
EVAL = json.loads((ORDERS / "eval.json").read_text(encoding="utf-8"))
ITEMS = [item["id"] for item in EVAL["planted"]]


@pytest.fixture
def tree(tmp_path):
    """The project as a session gets it."""
    folder = tmp_path / "tree"
    shutil.copytree(ORDERS / "project", folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    return folder


def apply(tree, *patches):
    """Apply patches as git does."""
    for patch in patches:
        subprocess.run(["git", "apply", str(ORDERS / patch)], cwd=tree, check=True, capture_output=True)


def score(tree, *options):
    """What score.py says of `tree`."""
    command = [sys.executable, str(EVALS / "score.py"), "orders", str(tree), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout), done.returncode


def check(tree, item):
    """The oracle's exit status for one item."""
    return subprocess.run(
        [sys.executable, str(ORDERS / "oracle/check.py"), item], cwd=tree, capture_output=True, check=False
    ).returncode


def test_untouched_project_scores_nothing(tree):
    """Everything planted is there in the project, which passes its own tests and prints the output written down."""
    result, status = score(tree, "--pairs", "0")
    assert (result["found"], result["of"], result["score"], status) == (0, 5, 0, 1)
    assert result["broken"] == result["traps_kept"] == []


@pytest.mark.parametrize("item", EVAL["planted"], ids=ITEMS)
def test_each_mend_removes_its_own_problem_only(tree, item):
    """A mend alone is judged gone, and the others stay as they were."""
    apply(tree, item["patch"])
    assert {name: check(tree, name) for name in ITEMS} == {name: int(name != item["id"]) for name in ITEMS}


def test_solved_project_scores_all_and_is_faster(tree):
    """All mends together score everything and halve the CPU time at the least."""
    apply(tree, *(item["patch"] for item in EVAL["planted"]))
    result, status = score(tree, "--pairs", "3")
    assert (result["score"], result["broken"], status) == (5, [], 0)
    assert result["cpu_ratio"] > 2


def test_trap_costs_a_point_and_is_slower(tree):
    """The trap keeps the output, loses a point, and makes the ranking slower."""
    apply(tree, *(item["patch"] for item in EVAL["planted"]))
    script = (
        "import sys, timeit; sys.path.insert(0, '.')\n"
        "from orderreport.ranking import leaders\n"
        "customers = {f'c{n * 7919 % 1000}': n * 104729 % 5000 for n in range(1000)}\n"
        "print(min(timeit.repeat(lambda: leaders(customers), number=40, repeat=15)))\n"
    )

    def seconds():
        return float(
            subprocess.run([sys.executable, "-c", script], cwd=tree, check=True, capture_output=True, text=True).stdout
        )

    before = seconds()
    apply(tree, EVAL["traps"][0]["patch"])
    assert seconds() > 1.1 * before
    result, status = score(tree, "--pairs", "0")
    assert (result["traps_kept"], result["broken"], result["score"], status) == (["partial-sort"], [], 4, 1)


def test_changed_tests_score_nothing(tree):
    """A tree whose tests or benchmark were changed scores nothing and names the files."""
    apply(tree, *(item["patch"] for item in EVAL["planted"]))
    (tree / "tests" / "test_rates.py").write_text("")
    result, _ = score(tree, "--pairs", "0")
    assert (result["score"], result["changed_files"]) == (0, ["tests/test_rates.py"])


def test_no_hints_in_the_project():
    """Neither names nor texts in the project speak of what is planted."""
    words = (
        "slow",
        "fast",
        "speed",
        "perf",
        "optimi",
        "inefficien",
        "quadratic",
        "leak",
        "planted",
        "cache",
        "memory",
        "todo",
    )
    for path in sorted((ORDERS / "project").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".gitignore":
            text = (path.name + path.read_text(encoding="utf-8")).lower()
            assert [word for word in words if word in text] == [], path


def test_places_exist():
    """Every planted item and trap names a file and a function that are there, and a patch that touches that file."""
    for item in [*EVAL["planted"], *EVAL["traps"]]:
        source = (ORDERS / "project" / item["file"]).read_text(encoding="utf-8")
        assert f"def {item['function'].rpartition('.')[2]}(" in source
        assert f"+++ b/{item['file']}" in (ORDERS / item["patch"]).read_text(encoding="utf-8")
