#!/usr/bin/env python3
"""Scores a tree that a session left for one of the evaluation projects; README.md says how.

    python3 evals/score.py orders /tmp/orders-solved [--python INTERPRETER] [--rounds N] [--json]
    python3 evals/score.py orders TREE --session REPOSITORY/.codeflash --answer ANSWER.txt

Exit status 0: everything planted is gone and nothing broke; 1: not so; 2: usage.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from claims import recorded, unbacked
from measuring import output_of, ratios, run

EVALS = Path(__file__).resolve().parent
FIXED_FOLDERS = ("tests", "benchmarks")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".codeflash", "__pycache__", ".pytest_cache")
STATES = {0: "gone", 1: "still there"}


def changed_files(project: Path, tree: Path) -> list[str]:
    """Files of tests and benchmarks that differ from the project's or are missing."""
    originals = [path for folder in FIXED_FOLDERS for path in sorted((project / folder).rglob("*.py"))]
    names = [path.relative_to(project) for path in originals]
    return [str(name) for name in names if not (tree / name).is_file() or not filecmp.cmp(project / name, tree / name, False)]


def changed_sources(project: Path, tree: Path) -> list[str]:
    """Modules of the project that differ in the tree or are missing there."""
    names = [path.relative_to(project) for path in sorted(project.rglob("*.py")) if "__pycache__" not in path.parts]
    sources = [name for name in names if name.parts[0] not in FIXED_FOLDERS]
    return [str(name) for name in sources if not (tree / name).is_file() or not filecmp.cmp(project / name, tree / name, False)]


def reference(folder: Path, wanted: dict, place: Path) -> Path:
    """The project with all mends of `solution/`."""
    tree = place / "reference"
    shutil.copytree(folder / wanted["project"], tree, ignore=LEFT_OUT)
    subprocess.run(["git", "init", "-q"], cwd=tree, check=True)
    for item in wanted["planted"]:
        subprocess.run(["git", "apply", str(folder / item["patch"])], cwd=tree, check=True)
    return tree


def oracle(item: dict, folder: Path, tree: Path, python: str) -> str:
    """What the oracle says of one item."""
    status = run(item["oracle"].replace("{eval}", shlex.quote(str(folder))), tree, python).returncode
    return STATES.get(status, "cannot tell")


def score(name: str, tree: Path, python: str, rounds: int) -> dict:
    """Everything about the tree that README.md lists, as one document."""
    folder = EVALS / name
    wanted = json.loads((folder / "eval.json").read_text(encoding="utf-8"))
    project = folder / wanted["project"]
    changed = changed_files(project, tree)
    planted = {item["id"]: oracle(item, folder, tree, python) for item in wanted["planted"]}
    cheats = [item["id"] for item in wanted.get("cheats", ()) if oracle(item, folder, tree, python) != "gone"]
    with tempfile.TemporaryDirectory() as scratch:
        # The original tests and benchmarks judge, whatever the session made of them.
        judged = Path(scratch) / "tree"
        shutil.copytree(tree, judged, ignore=LEFT_OUT)
        for fixed in FIXED_FOLDERS:
            shutil.copytree(project / fixed, judged / fixed, dirs_exist_ok=True, ignore=LEFT_OUT)
        tests = run(wanted["test_command"] + " -p no:cacheprovider", judged, python)
        output = output_of(run(wanted["benchmark_command"], judged, python).stdout)
        measured = {}
        if rounds:
            trees = {"project": project, "tree": judged, "reference": reference(folder, wanted, Path(scratch))}
            measured = ratios(wanted["benchmark_command"], trees, python, rounds)
    traps = [trap["id"] for trap in wanted["traps"] if re.search(trap["grep"], (tree / trap["file"]).read_text(encoding="utf-8"))]
    broken = {"tests": tests.returncode != 0, "output": output != wanted["benchmark_output"], "honest": bool(changed)}
    sources = changed_sources(project, tree)
    if wanted.get("nothing_to_do"):
        planted = {"nothing-to-do": "still there" if sources else "gone"}  # gone: it was recognised
    found = sum(state == "gone" for state in planted.values())
    return {
        "found": found,
        "of": len(planted),
        "planted": planted,
        "broken": [what for what, bad in broken.items() if bad],
        "changed_files": changed,
        "changed_sources": sources,
        "traps_kept": traps,
        "cheats_kept": cheats,
        "headline": wanted["headline"],
        "ratios": measured,
        "score": 0 if any(broken.values()) or cheats else found - len(traps),
        "last_line_of_tests": (tests.stdout.strip().splitlines() or [tests.stderr.strip()[-200:]])[-1],
    }


def session_figures(session: Path) -> dict:
    """What the session's own records say about how it worked."""
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(session.glob("**/experiments/*.json"))]
    states = [record.get("state") for record in records]
    return {
        "experiments": len(records),
        "keeps": states.count("keep"),
        "discards": states.count("discard"),
        "left_open": sum(state not in ("keep", "discard", "crash") for state in states),
        "overruled": sum(bool(record.get("overrule")) for record in records),
        "profiles": len(list(session.glob("profiles/*.json"))),
    }


def show(result: dict) -> None:
    """The score for people."""
    for item, state in result["planted"].items():
        print(f"{item:24} {state}")
    print(f"tests: {result['last_line_of_tests']}")
    kept = ", ".join([*result["traps_kept"], *result["cheats_kept"]])
    print(f"broken: {', '.join(result['broken']) or 'nothing'}; traps and cheats kept: {kept or 'none'}")
    for tree, metrics in result["ratios"].items():
        shown = "  ".join(f"{name} {one['ratio']:.2f} ({one['low']:.2f} to {one['high']:.2f})" for name, one in metrics.items())
        print(f"{tree:10} before over after: {shown}")
    for key in ("session", "unbacked"):
        if key in result:
            print(f"{key}: {result[key]}")
    print(f"score: {result['score']} of {result['of']}")


def main(arguments: list[str] | None = None) -> int:
    """Print the score; see the module's docstring."""
    names = sorted(path.parent.name for path in EVALS.glob("*/eval.json"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=names)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--python", default=sys.executable, help="interpreter with the project's requirements")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of benchmark runs; 0 leaves the ratios out")
    parser.add_argument("--session", type=Path, help="the session's .codeflash folder")
    parser.add_argument("--answer", type=Path, help="the session's last answer; its figures are looked for in the records")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    if not chosen.tree.is_dir():
        parser.error(f"{chosen.tree} is not a folder; give the tree that the session left")
    if chosen.answer and not chosen.session:
        parser.error("--answer goes with --session, whose records it is held against")
    result = score(chosen.name, chosen.tree.resolve(), chosen.python, chosen.rounds)
    if chosen.session:
        result["session"] = session_figures(chosen.session)
        if chosen.answer:
            result["unbacked"] = unbacked(chosen.answer.read_text(encoding="utf-8"), recorded(chosen.session))
    if chosen.json:
        print(json.dumps(result, indent=1))
    else:
        show(result)
    return 0 if result["score"] == result["of"] else 1


if __name__ == "__main__":
    sys.exit(main())
