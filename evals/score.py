#!/usr/bin/env python3
"""Scores a tree that a session left for one of the evaluation projects; README.md says how.

    python3 evals/score.py orders /tmp/orders-solved [--python INTERPRETER] [--pairs N] [--json]

Exit status 0: everything planted is gone and nothing broke; 1: not so; 2: usage.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

EVALS = Path(__file__).resolve().parent
FIXED_FOLDERS = ("tests", "benchmarks")


def run(command: str, tree: Path, python: str) -> subprocess.CompletedProcess:
    """Run one of the commands of eval.json in `tree`, `python` meaning the interpreter given."""
    words = shlex.split(command)
    words[0] = python if words[0] == "python" else words[0]
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return subprocess.run(words, cwd=tree, env=environ, capture_output=True, text=True, check=False)


def changed_files(project: Path, tree: Path) -> list[str]:
    """Files of tests and benchmarks that differ from the project's or are missing."""
    originals = [path for folder in FIXED_FOLDERS for path in sorted((project / folder).rglob("*.py"))]
    names = [path.relative_to(project) for path in originals]
    return [str(name) for name in names if not (tree / name).is_file() or not filecmp.cmp(project / name, tree / name, False)]


def cpu_ratios(project: Path, tree: Path, command: str, python: str, pairs: int) -> list[float]:
    """CPU seconds of the benchmark in the project over those in the tree, one ratio a pair, order alternating."""

    def seconds(where: Path) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(command, where, python)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    ratios = []
    for index in range(pairs):
        first, second = (project, tree) if index % 2 else (tree, project)
        spent = {first: seconds(first), second: seconds(second)}
        ratios.append(spent[project] / spent[tree])
    return ratios


def score(name: str, tree: Path, python: str, pairs: int) -> dict:
    """Everything that README.md lists, as one document."""
    folder = EVALS / name
    wanted = json.loads((folder / "eval.json").read_text(encoding="utf-8"))
    project = folder / wanted["project"]
    changed = changed_files(project, tree)
    planted = {}
    for item in wanted["planted"]:
        status = run(item["oracle"].replace("{eval}", shlex.quote(str(folder))), tree, python).returncode
        planted[item["id"]] = {0: "gone", 1: "still there"}.get(status, "cannot tell")
    with tempfile.TemporaryDirectory() as scratch:
        # The original tests and benchmarks judge, whatever the session made of them.
        judged = Path(scratch) / "tree"
        shutil.copytree(tree, judged, ignore=shutil.ignore_patterns(".git", ".venv", ".codeflash", "__pycache__"))
        for fixed in FIXED_FOLDERS:
            shutil.copytree(project / fixed, judged / fixed, dirs_exist_ok=True)
        tests = run(wanted["test_command"] + " -p no:cacheprovider", judged, python)
        output = run(wanted["benchmark_command"], judged, python)
        ratios = cpu_ratios(project, judged, wanted["benchmark_command"], python, pairs) if pairs else []
    traps = [trap["id"] for trap in wanted["traps"] if trap["grep"] in (tree / trap["file"]).read_text(encoding="utf-8")]
    broken = {
        "tests": tests.returncode != 0,
        "output": output.stdout.strip() != wanted["benchmark_output"],
        "honest": bool(changed),
    }
    found = sum(state == "gone" for state in planted.values())
    return {
        "found": found,
        "of": len(planted),
        "planted": planted,
        "broken": [what for what, bad in broken.items() if bad],
        "changed_files": changed,
        "traps_kept": traps,
        "cpu_ratio": statistics.median(ratios) if ratios else None,
        "cpu_ratio_spread": [min(ratios), max(ratios)] if ratios else None,
        "score": 0 if any(broken.values()) else found - len(traps),
        "last_line_of_tests": (tests.stdout.strip().splitlines() or [tests.stderr.strip()[-200:]])[-1],
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the score; see the module's docstring."""
    names = sorted(path.parent.name for path in EVALS.glob("*/eval.json"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=names)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--python", default=sys.executable, help="interpreter with the project's requirements")
    parser.add_argument("--pairs", type=int, default=7, help="pairs of benchmark runs; 0 leaves the ratio out")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    if not chosen.tree.is_dir():
        parser.error(f"{chosen.tree} is not a folder; give the tree that the session left")
    result = score(chosen.name, chosen.tree.resolve(), chosen.python, chosen.pairs)
    if chosen.json:
        print(json.dumps(result, indent=1))
    else:
        for item, state in result["planted"].items():
            print(f"{item:20} {state}")
        print(f"tests: {result['last_line_of_tests']}")
        print(f"broken: {', '.join(result['broken']) or 'nothing'}; traps kept: {', '.join(result['traps_kept']) or 'none'}")
        if result["cpu_ratio"]:
            low, high = result["cpu_ratio_spread"]
            print(f"CPU before over after: {result['cpu_ratio']:.2f} ({low:.2f} to {high:.2f})")
        print(f"score: {result['score']} of {result['of']}")
    return 0 if result["score"] == result["of"] else 1


if __name__ == "__main__":
    sys.exit(main())
