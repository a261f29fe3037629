"""Whether `imports` predicts what a deferred import saves: eight published command-line tools.

    python scripts/bench/imports.py [--pairs 30] [--only pipx]

Each is installed into an environment of its own below the user's cache; of the candidates that the verb names the dearest is
measured deferred, in pairs. Predicted and measured are CPU milliseconds of the whole process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "codeflash-imports"
AGENT = ROOT / "plugin" / "bin" / "codeflash-agent"
TOOLS = (
    ("httpie==3.2.4", "httpie", ["http", "--version"]),
    ("twine==6.1.0", "twine", ["twine", "--help"]),
    ("cookiecutter==2.6.0", "cookiecutter", ["cookiecutter", "--version"]),
    ("mkdocs==1.6.1", "mkdocs", ["mkdocs", "--version"]),
    ("bandit==1.8.3", "bandit", ["bandit", "--version"]),
    ("yt-dlp==2025.6.30", "yt_dlp", ["yt-dlp", "--version"]),
    ("pipx==1.7.1", "pipx", ["pipx", "--version"]),
    ("streamlink==7.5.0", "streamlink", ["streamlink", "--version"]),
)


def project(requirement: str) -> Path:
    """A folder with the tool's environment and the few files that make it a project."""
    folder = CACHE / requirement.replace("==", "-")
    if not (folder / "done").exists():
        venv.create(folder / "venv", with_pip=True, clear=True)
        command = [
            str(folder / "venv" / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            requirement,
        ]
        subprocess.run(command, check=True)
        (folder / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n', encoding="utf-8")
        (folder / "x.py").write_text("", encoding="utf-8")
        (folder / ".gitignore").write_text("venv\n", encoding="utf-8")
        interpreter = f"interpreter={folder / 'venv' / 'bin' / 'python'}"
        subprocess.run([AGENT, "setup", "--set", interpreter], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (folder / "done").touch()
    return folder


def main() -> int:
    """Print a row for each tool."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--only", action="append", default=[], help="a tool by its name; may be repeated")
    arguments = parser.parse_args()
    print("| tool | import | predicted ms | measured ms | off by |\n| --- | --- | --- | --- | --- |")
    for requirement, package, words in TOOLS:
        if arguments.only and requirement.partition("==")[0] not in arguments.only:
            continue
        folder = project(requirement)
        root = next((folder / "venv" / "lib").glob("python*")) / "site-packages" / package
        command = [str(folder / "venv" / "bin" / words[0]), *words[1:]]
        done = subprocess.run(
            [AGENT, "imports", "--root", root, "--verify", "1", "--pairs", str(arguments.pairs), "--json", "--", *command],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not done.stdout:
            print(requirement, done.stderr.strip(), file=sys.stderr)
            continue
        candidates = json.loads(done.stdout)["candidates"]
        if not candidates:
            print(f"| {requirement} | no import could wait | | | |")
            continue
        best = candidates[0]
        predicted, measured = best["measured"]["predicted_s"] * 1000, best["measured"]["saved_s"] * 1000
        where = f"{Path(best['file']).name}:{best['line']} {best['imports'][0]}"
        low, high = best["measured"]["low"] * 1000, best["measured"]["high"] * 1000
        off = predicted / measured - 1 if measured > 0 else float("nan")
        print(
            f"| {requirement} | {where} | {predicted:.1f} | {measured:.1f} [{low:.1f}, {high:.1f}] | {off:+.0%} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
