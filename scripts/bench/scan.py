"""How often the scan's own rules are right on published packages, and how long a scan takes.

    python scripts/bench/scan.py                     # the sample with its judgements, and the share that is right
    python scripts/bench/scan.py --show              # the sampled hits with the source around them, to be judged
    python scripts/bench/scan.py --time              # seconds for 100,000 lines, linter included

Ten packages in fixed versions; of each at most 25 hits, of all these 100, chosen by a fixed seed. A judgement in
`data/scan_judgements.json` says why a hit is wrong; a hit that is not named there was read and is right. A hit is right
when the code there does what the rule says, on something whose size the source does not bound, and could do without;
whether it matters is the profile's to say. Deep copies that a function promises to its callers count as right.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "plugin" / "languages" / "python"))
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "codeflash-scan"
JUDGED = Path(__file__).resolve().parent / "data" / "scan_judgements.json"
PACKAGES = (
    "celery==5.7.0", "dask==2026.8.0", "networkx==3.6.1", "sphinx==9.0.4", "sqlglot==30.30.0", "luigi==3.8.1",
    "rdflib==7.6.0", "prefect==3.9.1", "scrapy==2.19.0", "litellm==1.110.2",
)  # fmt: skip
PER_PACKAGE, SAMPLE = 25, 100
TIMED_LINES = 100_000


def files_of(requirement: str) -> list[Path]:
    """The package's own modules, its tests left out; downloaded once."""
    folder = CACHE / requirement.replace("==", "-")
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=CACHE, prefix="partial-"))
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--no-compile",
            "--disable-pip-version-check",
        ]
        subprocess.run([*command, "--target", str(partial), requirement], check=True)
        partial.rename(folder)
    return sorted(
        path
        for path in folder.rglob("*.py")
        if not any(part.startswith("test") for part in path.relative_to(folder).parts)
    )


def sample(seed: int) -> list[dict[str, Any]]:
    """The hits to be judged, by rule and place."""
    from codeflash_inside import scan  # noqa: PLC0415 - found by the path above

    chance = random.Random(seed)
    pool: list[dict[str, Any]] = []
    for requirement in PACKAGES:
        found = scan.answer({"files": [str(path) for path in files_of(requirement)]})
        hits = [{**hit, "file": os.path.relpath(hit["file"], CACHE), "package": requirement} for hit in found["hits"]]
        hits.sort(key=lambda hit: (hit["file"], hit["line"], hit["rule"]))
        pool += chance.sample(hits, min(PER_PACKAGE, len(hits)))
    return sorted(chance.sample(pool, min(SAMPLE, len(pool))), key=lambda hit: (hit["rule"], hit["file"], hit["line"]))


def show(hits: list[dict[str, Any]]) -> None:
    """Print each hit with the source around it."""
    for hit in hits:
        lines = (CACHE / hit["file"]).read_text(encoding="utf-8", errors="replace").splitlines()
        print(f"## {hit['rule']} {hit['file']}:{hit['line']} {hit['function']}")
        around = [hit["loop"][0]] if hit["loop"][0] < hit["line"] - 5 else []
        for number in (*around, *range(max(1, hit["line"] - 5), min(hit["end"], hit["line"] + 3) + 2)):
            if number <= len(lines) and lines[number - 1].strip():
                print(f"{number:6} {lines[number - 1][:110]}")


def table(hits: list[dict[str, Any]]) -> None:
    """Print the sample as the documentation has it."""
    judged = json.loads(JUDGED.read_text(encoding="utf-8"))
    wrong = 0
    print("| rule | place | judged |\n| --- | --- | --- |")
    for hit in hits:
        why = judged.get(f"{hit['rule']} {hit['file']}:{hit['line']}")
        wrong += why is not None
        print(f"| {hit['rule']} | {hit['file']}:{hit['line']} | {'wrong: ' + why if why else 'right'} |")
    print(f"\n{len(hits) - wrong} of {len(hits)} right")


def timed(repeats: int) -> None:
    """Print the time of whole scans over 100,000 lines of these packages, each in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        lines = 0
        for number, path in enumerate(path for requirement in PACKAGES[1:7] for path in files_of(requirement)):
            if lines >= TIMED_LINES:
                break
            lines += len(path.read_bytes().splitlines())
            (project / f"m{number}.py").write_bytes(path.read_bytes())
        shutil.copy(ROOT / "LICENSE", project)
        seconds: list[float] = []
        alone: list[float] = []
        for _ in range(repeats):
            for kept, more in ((seconds, ()), (alone, ("--own",))):
                start = time.perf_counter()
                command = [str(ROOT / "plugin" / "bin" / "codeflash-agent"), "scan", ".", "--json", *more]
                done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
                kept.append(time.perf_counter() - start)
                found = json.loads(done.stdout)
        print(
            f"{found['lines']:,} lines in {found['files']} files: {statistics.median(seconds):.2f} s with the linter "
            f"({min(seconds):.2f} to {max(seconds):.2f}), {statistics.median(alone):.2f} s own rules alone; median of {repeats}"
        )


def main() -> int:
    """Judge, show or time."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--time", action="store_true")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.time:
        timed(arguments.repeats)
        return 0
    (show if arguments.show else table)(sample(arguments.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
