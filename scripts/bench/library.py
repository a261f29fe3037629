"""Whether the audit's payoff estimate is what a replacement gains: three libraries from PyPI, in small programs.

    python scripts/bench/library.py [--pairs 8]

`library/<case>.py` holds the old function, which uses the library, and its replacement. For each, a project is made whose
program calls the function over real input and does other work besides; it is profiled, `differ` measures what the
replacement costs of the old path, `library --cost` estimates the payoff, and then both programs are run in pairs.
"""

from __future__ import annotations

import argparse
import json
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
CASES = {
    "libcst": ("libcst==1.8.2", "imports", "import email, glob, os\nINPUT = [open(p, encoding='utf-8').read() for p in sorted(glob.glob(os.path.dirname(email.__file__) + '/*.py'))]\n", 3),
    "packaging": ("packaging==25.0", "key", "INPUT = [f'{a}.{b}.{c}' for a in range(30) for b in range(40) for c in range(10)]\n", 20),
    "dateutil": ("python-dateutil==2.9.0.post0", "when", "INPUT = [f'2024-{m:02}-{d:02}T{h:02}:30:00' for m in range(1, 13) for d in range(1, 29) for h in range(24)]\n", 4),
}  # fmt: skip
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


def main() -> int:
    """Print a row for each case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=8)
    arguments = parser.parse_args()
    environment = CACHE / "venv"
    python = str(environment / "bin" / "python")
    if not (CACHE / "done").exists():
        venv.create(environment, with_pip=True, clear=True)
        wanted = [case[0] for case in CASES.values()]
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *wanted], check=True)
        (CACHE / "done").touch()
    print("| library | time in it | names | replacement costs | payoff estimated | measured | off by |")
    print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for case, (requirement, name, data, repeats) in CASES.items():
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            distribution = requirement.partition("==")[0]
            (folder / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n', encoding="utf-8")
            (folder / "case.py").write_text(
                (HERE / "library" / f"{case}.py").read_text(encoding="utf-8"), encoding="utf-8"
            )
            text = PROGRAM.format(name=name, data=data, repeats=repeats)
            (folder / "old.py").write_text(text, encoding="utf-8")
            (folder / "new.py").write_text(text.replace(f"return {name}_old", f"return {name}_new"), encoding="utf-8")
            inputs: dict[str, list[str]] = {}
            exec(data, inputs)  # the program's own input, as files for the comparison
            (folder / "corpus").mkdir()
            for number, one in enumerate(inputs["INPUT"][:: max(1, len(inputs["INPUT"]) // 200)]):
                (folder / "corpus" / f"{number}.txt").write_text(one, encoding="utf-8")
            agent(folder, "setup", "--set", f"interpreter={python}", "--set", "source_root=.", "--json", "-")
            agent(folder, "profile", "--quick", "--json", "-", "--", "python", "old.py")
            compared = agent(
                folder,
                "differ",
                f"case:{name}_old",
                f"case:{name}_new",
                "--corpus",
                "corpus/*.txt",
                "--generate",
                "0",
                "--json",
                "-",
            )
            rows = [one for one in compared["differences"] if str(one["name"]).endswith(".txt")]
            agreed = "" if not rows else f" ({len(rows)} inputs differ)"
            cost = min(
                0.99,
                agent(
                    folder,
                    "differ",
                    f"case:{name}_old",
                    f"case:{name}_new",
                    "--corpus",
                    "corpus/*.txt",
                    "--generate",
                    "0",
                    "--files-only",
                    "--json",
                    "-",
                )["cost"],
            )
            audit = agent(folder, "library", distribution, "--cost", f"{cost:.4f}", "--json", "-")
            pairs = [
                (seconds(folder, python, "old.py"), seconds(folder, python, "new.py")) for _ in range(arguments.pairs)
            ]
            measured = statistics.median(old / new for old, new in pairs)
            estimated = float(audit["payoff"])
            print(
                f"| {requirement} | {audit['percent']:.0f} % | {len(audit['surface'])} | {cost:.0%} | {estimated:.2f} | "
                f"{measured:.2f}{agreed} | {(estimated - 1) / (measured - 1) - 1:+.0%} |",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
