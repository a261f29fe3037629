#!/usr/bin/env python3
"""Builds a release: `make release`, or `make release DRY=1` to see what is missing.

The version is that of plugin/.claude-plugin/plugin.json, the one place where it stands. Checked are: a changelog section of that
version that is not called unreleased, a clean tree, a tag that is not another commit's, the marketplace's manifest, and the built
distribution. Written to dist/release/ are the plugin for each language as a zip, the marketplace as a tar.gz, and SHA256SUMS; they are
built twice and must be the same to the byte.

Exit status 0: built; 1: a check failed, a line each, nothing written (with DRY=1 built all the same); 2: usage or environment.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import build_dist  # noqa: E402 - lies at the root
import plugin_checker  # noqa: E402

MANIFEST = Path("plugin") / ".claude-plugin" / "plugin.json"
MARKET = Path(".claude-plugin") / "marketplace.json"
TAKEN = frozenset(("codeflash",))  # a published marketplace has this name
SHIPPED = (".claude-plugin", "plugin", "README.md", "CHANGELOG.md", "LICENSE")
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?")
HEADING = re.compile(r"^## (\S+)(.*)$", re.MULTILINE)


def version(root: Path) -> str:
    """The version, from the one place where it stands."""
    return str(json.loads((root / MANIFEST).read_text(encoding="utf-8"))["version"])


def problems(root: Path) -> list[str]:
    """What stands against releasing this tree, one line each."""
    number = version(root)
    found = [] if SEMVER.fullmatch(number) else [f"{MANIFEST}: {number!r} is no version such as 1.2.3"]
    found += _changelog((root / "CHANGELOG.md").read_text(encoding="utf-8"), number)
    found += _marketplace(json.loads((root / MARKET).read_text(encoding="utf-8")), root)
    if _git(root, "status", "--porcelain"):
        found.append("there are uncommitted changes; a release is made from a commit")
    tag = f"v{number}"
    tagged = _git(root, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}")
    if tagged and tagged != _git(root, "rev-parse", "HEAD"):
        found.append(f"the tag {tag} is another commit ({tagged[:12]}); raise the version in {MANIFEST}")
    return found


def _changelog(text: str, number: str) -> list[str]:
    first = HEADING.search(text)
    if first is None or first.group(1) != number:
        said = first.group(1) if first else "nothing"
        return [f"CHANGELOG.md: the newest section is {said}, the version is {number}; write a section for it"]
    if "unreleased" in first.group(2).lower():
        return [f"CHANGELOG.md: {number} is called unreleased; write its date instead"]
    body = text[first.end() :].partition("\n## ")[0].strip()
    return [] if body else [f"CHANGELOG.md: the section {number} says nothing"]


def _marketplace(document: dict[str, Any], root: Path) -> list[str]:
    found = []
    if document.get("name") in TAKEN or not document.get("name"):
        found.append(f"{MARKET}: the name {document.get('name')!r} belongs to another marketplace; take another")
    own = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    entries = document.get("plugins") or []
    if [entry.get("name") for entry in entries] != [own["name"]]:
        found.append(f"{MARKET}: it lists {[entry.get('name') for entry in entries]}, not just {own['name']}")
    for entry in entries:
        if not (root / str(entry.get("source")) / ".claude-plugin" / "plugin.json").is_file():
            found.append(f"{MARKET}: {entry.get('source')} holds no plugin")
        if "version" in entry:
            found.append(f"{MARKET}: a version stands there too; {MANIFEST} is the one place for it")
    return found


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def archives(root: Path, work: Path) -> dict[str, bytes]:
    """Name -> bytes of everything that is released."""
    number = version(root)
    made = {}
    for path in build_dist.build(root / "plugin", work):
        if path.is_dir():
            checked = plugin_checker.PluginChecker(path).run()
            if checked.problems:
                raise build_dist.DistProblem(checked.problems, 1)
        else:
            made[f"{path.stem}-{number}.zip"] = path.read_bytes()
    made[f"codeflash-marketplace-{number}.tar.gz"] = _tarball(root, f"codeflash-marketplace-{number}")
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(made.items()))
    return {**made, "SHA256SUMS": sums.encode()}


def _tarball(root: Path, top: str) -> bytes:
    """What `claude plugin marketplace add` takes; nothing in it depends on clock, owner or umask."""
    files = _git(root, "ls-files", "-z", "--", *SHIPPED).split("\0")
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(name for name in files if name and (root / name).is_file()):
            content = (root / name).read_bytes()
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mtime = len(content), 0
            entry.mode = 0o755 if (root / name).stat().st_mode & 0o100 else 0o644
            tar.addfile(entry, io.BytesIO(content))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as stream:
        stream.write(raw.getvalue())
    return packed.getvalue()


def main(argv: list[str]) -> int:
    """Check and build; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry", action="store_true", help="build even where a check fails, and say what is missing")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "dist" / "release", help="where to write (default: dist/release/)"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the repository (default: this one)")
    options = parser.parse_args(argv)
    try:
        found = problems(options.root)
        for line in found:
            print(f"release: {line}", file=sys.stderr)
        if found and not options.dry:
            return 1
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            made, again = (archives(options.root, Path(folder)) for folder in (one, two))
        different = [name for name in made if made[name] != again[name]]
        if different:
            print(f"release: two builds differ in {', '.join(different)}; nothing is written", file=sys.stderr)
            return 1
        shutil.rmtree(options.out, ignore_errors=True)
        options.out.mkdir(parents=True)
        for name, content in made.items():
            (options.out / name).write_bytes(content)
            print(f"{options.out / name}: {len(content) / 1024:.0f} KiB")
    except build_dist.DistProblem as problem:
        print("\n".join(f"release: {line}" for line in problem.lines), file=sys.stderr)
        return problem.status
    except (OSError, KeyError, ValueError) as error:
        print(f"release: {error}; run it in a whole checkout", file=sys.stderr)
        return 2
    tag = f"v{version(options.root)}"
    print(
        f"next: git tag {tag} && git push origin {tag}, then attach the files above"
        if not found
        else "this was a dry run: see above what is missing"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
