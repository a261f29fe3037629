#!/usr/bin/env python3
"""Builds `dist/<language>/` and `dist/codeflash-<language>.zip` from `plugin/`.

    python3 build_dist.py               # dist/python/, dist/codeflash-python.zip
    python3 build_dist.py --out DIR     # DIR/python/, DIR/codeflash-python.zip

A distribution is the plugin for one language, without the pages for its developers and with all agents in one flat
`agents/`, so that the manifest needs no list of them. Two builds of the same tree are the same to the byte. The build
also proves the line between the halves: it fails when a file outside `languages/<language>/` names something that only
that language has (`terms` in its language.json).

Exit status 0: built; 1: the plugin breaks a rule, one line each, nothing written; 2: usage or environment.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
DEVELOPER_PAGES = ("README.md", "ARCHITECTURE.md")  # at the top of plugin/
LEFTOVERS = frozenset(("__pycache__", "node_modules", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".DS_Store"))
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that the format can say

# Files that name the language they are themselves written in, not the language of the user's project.
ENGINE_RUNS_ITSELF = frozenset(
    (
        "bin/codeflash-agent",
        "engine/bootstrap.py",
        "engine/launch.py",
        "engine/requirements.in",
        "engine/requirements.txt",
        "engine/codeflash_agent/measure/process.py",
        "engine/codeflash_agent/measure/supervisor.py",
    )
)
MANIFEST = ".claude-plugin/plugin.json"  # says to people what the plugin is for
# A line that gives an example of something is no knowledge of it.
ILLUSTRATION = re.compile(r"\bEXAMPLE\b|\be\.g\.|\bsuch as\b|\bas in\b")


class DistProblem(Exception):
    """What is wrong, one line each, and the exit status it ends in."""

    def __init__(self, lines: list[str], status: int) -> None:
        """Keep the lines to print and the status to exit with."""
        super().__init__("\n".join(lines))
        self.lines = lines
        self.status = status


def shipped_files(plugin: Path, language: str) -> dict[str, Path]:
    """Map each path inside the distribution to its source file.

    Raises:
        DistProblem: two agents would get the same place.
    """
    files: dict[str, Path] = {}
    twice = []
    for source in sorted(plugin.rglob("*")):
        parts = source.relative_to(plugin).parts
        if not source.is_file() or LEFTOVERS.intersection(parts) or source.suffix == ".pyc":
            continue
        if len(parts) == 1 and parts[0] in DEVELOPER_PAGES:
            continue
        if parts[0] == "languages" and len(parts) > 1 and parts[1] != language:
            continue
        place = "/".join(parts)
        if parts[0] == "languages" and len(parts) == 4 and parts[2] == "agents":  # languages/<language>/agents/<file>
            place = f"agents/{parts[3]}"
        if place in files:
            twice.append(f"{place} would come from both {files[place]} and {source}; rename one")
        files[place] = source
    if twice:
        raise DistProblem(twice, 1)
    return files


def manifest_of_dist(path: Path) -> bytes:
    """The manifest without its list of agents: the flat folder is found by itself, and counted by the client's tools."""
    document = json.loads(path.read_text(encoding="utf-8"))
    document.pop("agents", None)
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def neutrality_problems(plugin: Path, description: dict[str, Any]) -> list[str]:
    """Name each line outside `languages/` that holds a term of the language described by its language.json."""
    terms = sorted(description["terms"], key=len, reverse=True)
    # No letter may touch a term, so that `conda` is not found in `secondary`; digits and underscores may (`python3`).
    alternatives = "|".join(
        re.escape(term) + "(?![a-z])" if not term[0].isalpha() else f"(?<![a-z]){re.escape(term)}(?![a-z])"
        for term in terms
    )
    pattern = re.compile(alternatives, re.IGNORECASE)
    problems = []
    for source in sorted(plugin.rglob("*")):
        relative = source.relative_to(plugin)
        neutral = relative.parts[0] != "languages" and relative.as_posix() not in ENGINE_RUNS_ITSELF
        page = len(relative.parts) == 1 or relative.as_posix() == MANIFEST
        if not source.is_file() or not neutral or page or LEFTOVERS.intersection(relative.parts):
            continue
        for number, line in enumerate(source.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            match = pattern.search(line)
            if match and not ILLUSTRATION.search(line):
                problems.append(
                    f"{relative}:{number}: a neutral file names {match.group(0)!r}, which only {description['name']} has;"
                    f" say it neutrally or move it to languages/{description['name']}/"
                )
    return problems


def write_folder(files: dict[str, bytes], executable: set[str], folder: Path) -> None:
    """Write the files, with modes 755 and 644 whatever the umask is."""
    for place, content in files.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if place in executable else 0o644)


def write_zip(files: dict[str, bytes], executable: set[str], path: Path) -> None:
    """Write the same files as a zip; nothing in it depends on the clock, the umask or the compressor's version."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for place, content in sorted(files.items()):
            entry = zipfile.ZipInfo(place, ZIP_TIME)
            entry.create_system = 3  # Unix, or the modes below mean nothing
            entry.external_attr = (0o100755 if place in executable else 0o100644) << 16
            archive.writestr(entry, content)


def build(plugin: Path, out: Path) -> list[Path]:
    """Build a distribution for every language in `plugin` into `out` and return what was written.

    Raises:
        DistProblem: the plugin breaks a rule, or the folder holds no language; nothing was written then.
    """
    descriptions = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(plugin.glob("languages/*/language.json"))
    ]
    if not descriptions:
        raise DistProblem([f"{plugin} holds no languages/*/language.json; give the plugin's folder"], 2)
    problems = [line for description in descriptions for line in neutrality_problems(plugin, description)]
    if problems:
        raise DistProblem(problems, 1)
    written = []
    out.mkdir(parents=True, exist_ok=True)
    for description in descriptions:
        language = description["name"]
        sources = shipped_files(plugin, language)
        files = {
            place: manifest_of_dist(source) if place == MANIFEST else source.read_bytes()
            for place, source in sources.items()
        }
        executable = {place for place, source in sources.items() if os.access(source, os.X_OK)}
        with tempfile.TemporaryDirectory(prefix=".dist-", dir=out) as work:
            # mkdtemp gives 0700; the folder that people get is readable like any other.
            folder, archive = Path(work) / language, Path(work) / f"codeflash-{language}.zip"
            folder.mkdir(mode=0o755)
            write_folder(files, executable, folder)
            write_zip(files, executable, archive)
            shutil.rmtree(out / language, ignore_errors=True)
            folder.rename(out / language)
            archive.replace(out / archive.name)
        written += [out / language, out / archive.name]
    return written


def main(argv: list[str]) -> int:
    """Build from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where to write (default: dist/ here)")
    parser.add_argument(
        "--plugin", type=Path, default=ROOT / "plugin", help="the plugin's folder (default: plugin/ here)"
    )
    options = parser.parse_args(argv)
    try:
        for path in build(options.plugin, options.out):
            count = f"{sum(1 for file in path.rglob('*') if file.is_file())} files" if path.is_dir() else "zip"
            size = sum(
                file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()
            )
            print(f"{path}: {count}, {size / 1024:.0f} KiB")
    except DistProblem as problem:
        for line in problem.lines:
            print(f"build_dist: {line}", file=sys.stderr)
        return problem.status
    except OSError as error:
        print(f"build_dist: cannot write to {options.out}: {error}; choose another with --out", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
