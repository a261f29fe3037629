"""Whether the audit's payoff estimate is what a replacement gains: six libraries from PyPI, in small programs.

    python scripts/bench/library.py [--pairs 8] [--only packaging]

`library/<case>.py` holds the old function, which uses the library, and its replacement. For each, a project is made whose
program calls the function over real input and does other work besides; it is profiled, `differ` measures what the
replacement costs of the old path, `library --cost` estimates the payoff, and then both programs are run in pairs. Where
the audit says that the profile has too few samples, the program goes over its input more often, as the audit asks.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
AGENT = str(ROOT / "plugin" / "bin" / "codeflash-agent")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "codeflash-library"
# What is pinned, the functions' name, the program's input, how often it goes over that, whether the audit was made with it.
CASES = {
    "libcst": ("libcst==1.8.2", "imports", "import email, glob, os\nINPUT = [open(p, encoding='utf-8').read() for p in sorted(glob.glob(os.path.dirname(email.__file__) + '/*.py'))]\n", 3, True),
    "packaging": ("packaging==25.0", "key", "INPUT = [f'{a}.{b}.{c}' for a in range(30) for b in range(40) for c in range(10)]\n", 20, True),
    "dateutil": ("python-dateutil==2.9.0.post0", "when", "INPUT = [f'2024-{m:02}-{d:02}T{h:02}:30:00' for m in range(1, 13) for d in range(1, 29) for h in range(24)]\n", 4, True),
    "toml": ("toml==0.10.2", "requirements", "INPUT = ['[project]\\nname = \"p%d\"\\nversion = \"%d.1\"\\ndependencies = [%s]\\n\\n[tool.x]\\nline-length = %d\\nfix = true\\n' % (n, n, ', '.join(f'\"lib{k} >= {k}.{n}\"' for k in range(n % 20)), n) for n in range(400)]\n", 4, False),
    "slugify": ("python-slugify==8.0.4", "slug", "import email, glob, os\nINPUT = [line for p in sorted(glob.glob(os.path.dirname(email.__file__) + '/*.py')) for line in open(p, encoding='utf-8') if line.isascii()]\n", 5, False),
    "xmltodict": ("xmltodict==0.14.2", "titles", "INPUT = ['<rss><channel>' + ''.join(f'<item><title>Part {k} of {n}</title><link>https://example.org/{k}</link><guid>{n}-{k}</guid></item>' for k in range(2, 5 + n % 40)) + '</channel></rss>' for n in range(1, 300)]\n", 5, False),
}  # fmt: skip
LONGEST = 16  # times the case's own length, where the audit asks for a longer profile
PROGRAM = """from case import {name}_old, {name}_new

{data}

def step(text):
    return {name}_old(text)


def other(texts):
    return sum(len(set(text)) + text.count("1") for text in texts)


def main():
    for _ in range({repeats}):
        for text in INPUT:
            step(text)
        for _ in range(4):
            other(INPUT)


main()
"""


def agent(folder: Path, *words: str) -> dict[str, Any]:
    """A verb's document."""
    done = subprocess.run([AGENT, *words], cwd=folder, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def seconds(folder: Path, python: str, program: str) -> float:
    """CPU seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([python, program], cwd=folder, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def project(folder: Path, case: str, python: str) -> None:
    """The project of a case, with the program's own input as files for the comparison."""
    data = CASES[case][2]
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n', encoding="utf-8")
    (folder / "case.py").write_text((HERE / "library" / f"{case}.py").read_text(encoding="utf-8"), encoding="utf-8")
    inputs: dict[str, list[str]] = {}
    exec(data, inputs)
    (folder / "corpus").mkdir()
    for number, one in enumerate(inputs["INPUT"][:: max(1, len(inputs["INPUT"]) // 200)]):
        (folder / "corpus" / f"{number}.txt").write_text(one, encoding="utf-8")
    agent(folder, "setup", "--set", f"interpreter={python}", "--set", "source_root=.", "--json", "-")


def programs(folder: Path, case: str, longer: int) -> None:
    """`old.py` and `new.py`, which go over their input `longer` times as often as the case says."""
    _, name, data, repeats, _ = CASES[case]
    text = PROGRAM.format(name=name, data=data, repeats=repeats * longer)
    (folder / "old.py").write_text(text, encoding="utf-8")
    (folder / "new.py").write_text(text.replace(f"return {name}_old", f"return {name}_new"), encoding="utf-8")


def row(folder: Path, case: str, python: str, pairs: int) -> str:
    """Estimate and measure one case."""
    requirement, name, _, _, known = CASES[case]
    project(folder, case, python)
    compare = ("differ", f"case:{name}_old", f"case:{name}_new", "--corpus", "corpus/*.txt", "--generate", "0")
    differing = [
        one for one in agent(folder, *compare, "--json", "-")["differences"] if str(one["name"]).endswith(".txt")
    ]
    cost = min(0.99, max(0.001, agent(folder, *compare, "--files-only", "--json", "-")["cost"]))
    longer = 1
    while True:
        programs(folder, case, longer)
        agent(folder, "profile", "--quick", "--json", "-", "--", "python", "old.py")
        audit = agent(folder, "library", requirement.partition("==")[0], "--cost", f"{cost:.4f}", "--json", "-")
        if not audit["longer_profile"] or longer >= LONGEST:
            break
        longer = min(LONGEST, math.ceil(longer * audit["longer_profile"]))
    ratios = []
    for number in range(pairs):
        order = ("old.py", "new.py") if number % 2 else ("new.py", "old.py")
        took = {program: seconds(folder, python, program) for program in order}
        ratios.append(took["old.py"] / took["new.py"])
    measured, estimated = statistics.median(ratios), float(audit["payoff"])
    low, high = audit["payoff_interval"]
    return (
        f"| {requirement}{'' if known else ' (held out)'} | {audit['percent']:.0f} % | {len(audit['surface'])} | {cost:.1%} | "
        f"{estimated:.2f} [{low:.2f}, {high:.2f}] | {measured:.2f}{f' ({len(differing)} inputs differ)' if differing else ''} | "
        f"{(estimated - 1) / (measured - 1) - 1:+.0%} |"
    )


def main() -> int:
    """Print a row for each case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--only", choices=sorted(CASES), action="append", help="this case; may be repeated")
    arguments = parser.parse_args()
    environment = CACHE / "venv"
    python = str(environment / "bin" / "python")
    wanted = [case[0] for case in CASES.values()]
    done = CACHE / "done"
    if not done.exists() or done.read_text(encoding="utf-8").split() != wanted:
        venv.create(environment, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted], check=True)
        done.write_text("\n".join(wanted), encoding="utf-8")
    print("| library | time in it | names | replacement costs | payoff estimated | measured | off by |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for case in arguments.only or CASES:
        with tempfile.TemporaryDirectory() as temporary:
            print(row(Path(temporary), case, python, arguments.pairs), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
