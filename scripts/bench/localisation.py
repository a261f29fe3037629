"""Does `[unified targets]` find what an expert changed? Real speed-ups of published packages, profiled before the change.

    python scripts/bench/localisation.py [--held-out | --later | --all] [--after] [--ablate] [--rows] [--fresh] [case ...]

`localisation/cases.json` lists them: package, version before and after, what it needs, the functions that were
changed, and where that is said; `localisation/workloads/<case>.py` is the workload. Each version is installed by pip
into a folder of its own below the user's cache, and is the source root of the profile (joint, calls, allocations).
The table gives the rank of the changed function (the best of them where several were changed) by own time, by
cumulative time and in `[unified targets]`.

What each profile saw is recorded in `localisation/recordings/`, so a change of the formula is ranked again in seconds
and without a download; `--fresh` profiles anew. `--after` measures the speed-up of each case, before against after,
interleaved. `--ablate` leaves out one ingredient of the formula after the other, varies each weight, and chooses the
weights without a package to rank that package's cases. `--held-out` takes the cases of `localisation/held_out.json`, which
were collected and first ranked while the formula stood still, `--all` those and the others; `--later` takes those of
`localisation/held_out_later.json`, which were ranked once with the present formula and had no part in making it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "plugin" / "languages" / "python"), str(HERE.parent)]

from bench.localisation_check import ablate, split  # noqa: E402
from bench.localisation_record import Recording, driven, ranks  # noqa: E402
from profiler.errors import ProfileError  # noqa: E402
from profiler.passes.plan import ALLOCATIONS, CALLS, JOINT, Plan, take  # noqa: E402

DATA = HERE / "localisation"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "codeflash-localisation"
COLUMNS = ("own", "cumulative", "targets")


def install(requirement: str) -> Path:
    """The folder that holds one version of one package, and nothing else."""
    folder = CACHE / requirement.replace("==", "-")
    if not folder.exists():
        partial = Path(tempfile.mkdtemp(dir=CACHE, prefix="partial-"))
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-compile",
            "--target",
            str(partial),
        ]
        command.append("--disable-pip-version-check")
        # Where there are compiled wheels too, the pure one is meant; some have no wheel at all.
        pure = subprocess.run(
            [*command, "--only-binary=:all:", "--platform=any", requirement], check=False, capture_output=True
        )
        if pure.returncode:
            subprocess.run([*command, requirement], check=True)
        partial.rename(folder)
    return folder


def folders(case: dict[str, Any], side: str) -> list[Path]:
    """The package's folder in its version `before` or `after`, then those of what it needs."""
    return [install(f"{case['package']}=={case[side]}"), *map(install, case.get("requires", ()))]


def environment(case: dict[str, Any], side: str) -> dict[str, str]:
    """The environment in which a case's workload finds its package."""
    path = os.pathsep.join(map(str, folders(case, side)))
    return {
        **os.environ,
        "PYTHONPATH": path,
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        **case.get("env", {}),
    }


def workload(case: dict[str, Any]) -> str:
    """The path of a case's workload."""
    return str(DATA / "workloads" / f"{case['name']}.py")


def record(case: dict[str, Any]) -> Recording:
    """Profile the version before the change, as `unified-profiling-script.py` does."""
    root = folders(case, "before")[0]
    command = [sys.executable, workload(case)]
    kept = dict(os.environ)
    os.environ.update(environment(case, "before"))
    try:
        with tempfile.TemporaryDirectory() as folder:
            plan = Plan(command=command, executed=command, source_root=root, passes=(JOINT, CALLS, ALLOCATIONS))
            profile = take(plan, Path(folder), "", "")
    finally:
        os.environ.clear()
        os.environ.update(kept)
    if profile.exit_code:
        raise ProfileError(f"its workload failed; run it with PYTHONPATH={environment(case, 'before')['PYTHONPATH']}")
    return Recording.of(profile)


def speed_up(case: dict[str, Any], pairs: int) -> str:
    """CPU seconds before over after: the median over pairs; `failed` where a version cannot run the workload."""
    ratios = []
    environments = {
        side: environment(case, side) for side in ("before", "after")
    }  # installs what is missing: not timed
    for index in range(pairs):
        seconds = {}
        for side in ("before", "after") if index % 2 else ("after", "before"):
            start = os.times()
            run = subprocess.run(
                [sys.executable, workload(case)], check=False, env=environments[side], capture_output=True
            )
            end = os.times()
            if run.returncode:
                return "failed"
            seconds[side] = end.children_user + end.children_system - start.children_user - start.children_system
        ratios.append(seconds["before"] / seconds["after"])
    return f"{statistics.median(ratios):.2f}x"


def load(cases: list[dict[str, Any]], *, fresh: bool) -> dict[str, Recording]:
    """The recording of each case, made where there is none."""
    found = {}
    for case in cases:
        path = DATA / "recordings" / f"{case['name']}.json.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        if fresh or not path.exists():
            start = time.perf_counter()
            try:
                record(case).write(path)
            except (subprocess.CalledProcessError, ProfileError) as error:
                print(f"{case['name']}: left out: {error}", file=sys.stderr)
                continue
            print(f"profiled {case['name']} in {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
        found[case["name"]] = Recording.read(path)
    return found


def main() -> int:
    """Print the table; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--after", action="store_true", help="measure each case's speed-up too")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--held-out", action="store_true", help="the cases that were collected when the formula stood")
    which.add_argument("--later", action="store_true", help="those collected after it was last changed")
    which.add_argument("--all", action="store_true", help="the first two sets")
    parser.add_argument("--pairs", type=int, default=3, help="of runs for --after")
    parser.add_argument("--ablate", action="store_true", help="what each ingredient of the formula is worth")
    parser.add_argument("--rows", action="store_true", help="show the first rows of each case")
    parser.add_argument("--fresh", action="store_true", help="profile anew")
    parser.add_argument("cases", nargs="*", help="names; all by default")
    options = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    files = ["cases.json", *["held_out.json"] * options.all]
    if options.held_out or options.later:
        files = ["held_out.json" if options.held_out else "held_out_later.json"]
    cases = [case for file in files for case in json.loads((DATA / file).read_text(encoding="utf-8"))]
    cases = [case for case in cases if not options.cases or case["name"] in options.cases]
    recordings = load(cases, fresh=options.fresh)
    cases = [case for case in cases if case["name"] in recordings]
    if options.ablate:
        print(ablate(cases, recordings))
        print(split(cases, recordings))
        print(
            "with a driver in the project, among the first five: {} changed functions, {} drivers".format(
                *driven(cases, recordings)
            )
        )
        return 0
    print(
        f"{'case':<26}{'version':<18}{'CPU s':>6}"
        + "".join(f"{name:>12}" for name in COLUMNS)
        + ("   speed-up" if options.after else "")
    )
    table = []
    for case in cases:
        recording = recordings[case["name"]]
        row = ranks(recording, case["changed"])
        table.append(row)
        line = f"{case['name']:<26}{case['before']:<18}{recording.cpu_s:>6.1f}"
        line += "".join(f"{row[name] or '-':>12}" for name in COLUMNS)
        print(line + (f"{speed_up(case, options.pairs):>11}" if options.after else ""), flush=True)
        if options.rows:
            print(recording.rows(case["changed"]))
    for most in (5, 10):
        counts = (sum((row[name] or most + 1) <= most for row in table) for name in COLUMNS)
        print(f"{f'among the first {most}':<44}{f'of {len(table)}':>6}" + "".join(f"{count:>12}" for count in counts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
