"""The evaluation projects are what they say: problems that are there, mends that mend, traps and cheats that are told."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EVALS = Path(__file__).resolve().parents[2] / "evals"
PROJECTS = {
    path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(EVALS.glob("*/eval.json"))
}
HINTS = (
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
every_project = pytest.mark.parametrize("name", PROJECTS)
every_mend = pytest.mark.parametrize(
    ("name", "item"),
    [
        pytest.param(name, item, id=f"{name}-{item['id']}")
        for name, wanted in PROJECTS.items()
        for item in wanted["planted"]
    ],
)
every_lure = pytest.mark.parametrize(
    ("name", "lure", "kind"),
    [
        pytest.param(name, lure, kind, id=f"{name}-{lure['id']}")
        for name, wanted in PROJECTS.items()
        for kind in ("traps", "cheats")
        for lure in wanted.get(kind, ())
        if "patch" in lure
    ],
)


@pytest.fixture
def tree(tmp_path, name):
    """The project as a session gets it; skipped where its requirements are not here."""
    for requirement in PROJECTS[name]["requirements"]:
        if importlib.util.find_spec(requirement) is None:
            pytest.skip(f"{name} needs {requirement}")
    folder = tmp_path / "tree"
    shutil.copytree(EVALS / name / "project", folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))
    return folder


def apply(tree, name, *patches):
    """Apply patches as git does."""
    for patch in patches:
        subprocess.run(["git", "apply", str(EVALS / name / patch)], cwd=tree, check=True, capture_output=True)


def mend(tree, name):
    """Apply all mends."""
    apply(tree, name, *(item["patch"] for item in PROJECTS[name]["planted"]))


def score(tree, name, *options):
    """What score.py says of `tree`."""
    command = [sys.executable, str(EVALS / "score.py"), name, str(tree), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout), done.returncode


def check(tree, name, item):
    """The oracle's exit status for one item."""
    command = [sys.executable, str(EVALS / name / "oracle" / "check.py"), item]
    return subprocess.run(command, cwd=tree, capture_output=True, check=False).returncode


@every_project
def test_untouched_project_scores_nothing(tree, name):
    """What is planted is there; the project passes its tests, prints what is written down, and has neither trap nor cheat."""
    result, _ = score(tree, name, "--rounds", "0")
    nothing = int(PROJECTS[name].get("nothing_to_do", False))
    assert (result["found"], result["score"]) == (nothing, nothing)
    assert result["broken"] == result["traps_kept"] == result["cheats_kept"] == []


@every_mend
def test_each_mend_removes_its_own_problem_only(tree, name, item):
    """A mend alone is judged gone, and the next problem stays as it was."""
    items = [one["id"] for one in PROJECTS[name]["planted"]]
    other = items[(items.index(item["id"]) + 1) % len(items)]
    apply(tree, name, item["patch"])
    assert (check(tree, name, item["id"]), check(tree, name, other)) == (0, 1)


@pytest.mark.noisy
@every_project
def test_solved_project_scores_all_and_gains_on_the_headline(tree, name):
    """All mends together score everything, and the figure that the project is about gets better."""
    if PROJECTS[name].get("nothing_to_do"):
        pytest.skip(f"nothing is planted in {name}")
    mend(tree, name)
    result, status = score(tree, name, "--rounds", "3")
    assert (result["score"], result["broken"], status) == (result["of"], [], 0)
    assert result["ratios"]["tree"][result["headline"]]["ratio"] > 1.15


@every_lure
def test_traps_cost_a_point_and_cheats_all(tree, name, lure, kind):
    """What tempts keeps tests and output, and is told in the solved project."""
    mend(tree, name)
    apply(tree, name, lure["patch"])
    result, status = score(tree, name, "--rounds", "0")
    assert (result[f"{kind}_kept"], result["broken"], status) == ([lure["id"]], [], 1)
    assert result["score"] == (result["of"] - 1 if kind == "traps" else 0)


TRAPS = {
    "partial-sort": (
        "orders",
        "from orderreport.ranking import leaders\n"
        "customers = {f'c{n * 7919 % 1000}': n * 104729 % 5000 for n in range(1000)}\n"
        "run = lambda: leaders(customers)\n",
    ),
    "heap-of-wishes": (
        "timetable",
        "from timetable.planner import order\nfrom timetable.wishes import read_wishes\n"
        "wishes = read_wishes([f'T{n};s;{n * 7919 % 28 + 1}.03.2024;{n % 9 + 8}:15;45;9;' for n in range(2000)])\n"
        "run = lambda: order(wishes)\n",
    ),
}


@pytest.mark.noisy
@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_is_slower(tmp_path, trap):
    """The tempting change makes its own function slower."""
    name, setting = TRAPS[trap]
    folder = tmp_path / "tree"
    shutil.copytree(EVALS / name / "project", folder, ignore=shutil.ignore_patterns("__pycache__"))
    mend(folder, name)
    script = (
        f"import sys, timeit; sys.path.insert(0, '.')\n{setting}print(min(timeit.repeat(run, number=20, repeat=15)))\n"
    )

    def seconds():
        return float(
            subprocess.run(
                [sys.executable, "-c", script], cwd=folder, check=True, capture_output=True, text=True
            ).stdout
        )

    before = seconds()
    apply(folder, name, f"traps/{trap}.patch")
    assert seconds() > 1.1 * before


@pytest.mark.parametrize("name", ["orders"])
def test_changed_tests_score_nothing(tree, name):
    """A tree whose tests or benchmark were changed scores nothing and names the files."""
    mend(tree, name)
    (tree / "tests" / "test_rates.py").write_text("")
    result, _ = score(tree, name, "--rounds", "0")
    assert (result["score"], result["changed_files"]) == (0, ["tests/test_rates.py"])


@pytest.mark.parametrize("name", ["sealer"])
def test_a_change_where_nothing_is_to_be_done_is_told(tree, name):
    """Where nothing is worth doing, a session that changes a module did not recognise it."""
    path = tree / "sealer" / "container.py"
    path.write_text(path.read_text(encoding="utf-8").replace("LEVEL = 9", "LEVEL = 6"), encoding="utf-8")
    result, status = score(tree, name, "--rounds", "0")
    assert (result["found"], result["score"], status) == (0, 0, 1)
    assert result["traps_kept"] == ["weaker-compression"]
    assert result["changed_sources"] == ["sealer/container.py"]


@every_project
def test_no_hints_in_the_project(name):
    """Neither names nor texts in the project speak of what is planted."""
    for path in sorted((EVALS / name / "project").rglob("*")):
        if path.is_file() and not {"__pycache__", ".pytest_cache"} & set(path.parts) and path.name != ".gitignore":
            text = (path.name + path.read_text(encoding="utf-8")).lower()
            assert [word for word in HINTS if word in text] == [], path


@every_project
def test_size(name):
    """Between 300 and 1,000 lines of Python each."""
    files = (EVALS / name / "project").rglob("*.py")
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)
    assert 300 <= lines <= 1000


@every_project
def test_places_exist(name):
    """Every planted item names a file and a function that are there, and a patch that touches that file."""
    wanted = PROJECTS[name]
    for item in [*wanted["planted"], *wanted["traps"], *wanted.get("cheats", ())]:
        source = (EVALS / name / "project" / item["file"]).read_text(encoding="utf-8")
        assert f"def {item['function'].rpartition('.')[2]}(" in source
        if "patch" in item:
            assert f"+++ b/{item['file']}" in (EVALS / name / item["patch"]).read_text(encoding="utf-8")
