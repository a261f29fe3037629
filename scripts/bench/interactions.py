"""Whether the interaction detectors find what is planted, and what they say of programs with nothing planted.

    python scripts/bench/interactions.py [--only KIND] [--python PATH]
    python scripts/bench/unharmed.py --keep FOLDER; python scripts/bench/interactions.py --profiles FOLDER

`planted/<kind>/` holds small programs, each with one pattern of that kind. Each is profiled with all passes; the table
says in how many the pattern was found, and what else was said, which is to be read and judged. The second form lists
what is said of published packages' test suites, from profiles that were kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PROFILER = ROOT / "plugin" / "languages" / "python" / "references" / "unified-profiling-script.py"
PLANTED = Path(__file__).resolve().parent / "planted"
CACHE = ROOT / ".cache" / "bench" / "interactions"
LIBRARIES = (
    "PyYAML==6.0.2",
    "parso==0.8.4",
    "Jinja2==3.1.4",
    "MarkupSafe==2.1.5",
    "python-dateutil==2.9.0.post0",
    "six==1.16.0",
    "Pygments==2.18.0",
)
KINDS = {
    "allocation-collector": "allocation→collector",
    "deep-copy": "deepcopy→memory+cpu",
    "instance-dict": "instance-dict→memory+cpu",
    "blocking-call": "blocking-call→stalled-loop",
    "memory-per-task": "memory-per-task→throughput",
    "cpu-in-loop": "cpu-in-loop→starvation",
    "size-squared": "algorithm→size-squared",
    "recomputation": "recomputation↔memory",
    "import-startup": "import→start-up",
    "library-ceiling": "library→cpu-ceiling",
}


def programs(kind: str) -> list[Path]:
    """The planted programs of a kind; files that others import have no `main` of their own."""
    return [path for path in sorted((PLANTED / kind).glob("*.py")) if "def main" in path.read_text(encoding="utf-8")]


def interactions(python: Path, program: Path, *options: str) -> list[dict[str, Any]]:
    """Profile a program and give what was found in it.

    Raises:
        RuntimeError: there is no profile, or the program failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "profile.json")
        command: list[str | Path] = [python, PROFILER, "--no-baseline", "--json", file, *options, program.parent]
        command += ["--", python, program]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not file.exists():
            raise RuntimeError(f"{program}: exit status {done.returncode}: {done.stderr[-400:]}")
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return list(document["interactions"])


def environment(base: str) -> Path:
    """The interpreter of an environment with the libraries that the planted programs use, made once."""
    version = subprocess.run([base, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, check=True)
    folder = CACHE / version.stdout.decode().strip().replace(", ", ".").strip("()")
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        if base == sys.executable:
            venv.create(folder, with_pip=True, clear=True)
        else:
            subprocess.run([base, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", *LIBRARIES], check=True)
        (folder / "ready").touch()
    return python


def listing(folder: Path) -> int:
    """What was found in each of the profiles in a folder."""
    print("| profile of | found |")
    print("| --- | --- |")
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        told = [f"{row['kind']}: {row['text']}".replace("|", "/") for row in document["interactions"]]
        print(f"| {path.stem} | {'<br>'.join(told)} |")
    return 0


def main() -> int:
    """Print the table; 1 when a planted pattern was missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=KINDS, help="one kind")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that runs the programs")
    parser.add_argument("--profiles", type=Path, metavar="FOLDER", help="list what kept profiles say, and run nothing")
    options = parser.parse_args()
    if options.profiles:
        return listing(options.profiles)
    python = environment(options.python)
    missed = 0
    print("| planted | programs | found | said besides |")
    print("| --- | --- | --- | --- |")
    for kind, name in KINDS.items():
        if options.only not in (None, kind):
            continue
        found, besides = 0, []
        for program in programs(kind):
            said = [interaction["kind"] for interaction in interactions(python, program)]
            found += name in said
            if name not in said:
                missed += 1
                besides.append(f"{program.stem}: MISSED")
            besides += [f"{program.stem}: {other}" for other in said if other != name]
        print(f"| {name} | {len(programs(kind))} | {found} | {'; '.join(besides)} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
