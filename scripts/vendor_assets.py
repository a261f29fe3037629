#!/usr/bin/env python3
"""The script and style libraries of the HTML report, vendored from npm into plugin/engine/assets/.

    python3 scripts/vendor_assets.py            # fetch what assets.json pins, again
    python3 scripts/vendor_assets.py --check    # what lies there is what is pinned (no network)

`plugin/engine/assets/assets.json` names each package with its version, licence, the sha512 of its npm archive, and the files that
are taken from it with their sha256. To move to another version, change the version and empty both hashes; the script fills them in.
Exit status 0: done; 1: a file differs from its pin; 2: something is missing, with what to do.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "plugin" / "engine" / "assets"
PINS = ASSETS / "assets.json"
PATIENCE_S = 120


class AssetProblem(Exception):
    """One line that says what is wrong and what to do."""


def sha256(path: Path) -> str:
    """The hash of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check(document: dict[str, Any]) -> list[str]:
    """What differs from its pin or is not pinned, one line each."""
    problems = []
    known = {PINS.name}
    for package in document["packages"]:
        for name, wanted in package["files"].items():
            known.add(name)
            path = ASSETS / name
            if not path.is_file():
                problems.append(f"{name} of {package['name']} is missing; run scripts/vendor_assets.py")
            elif sha256(path) != wanted["sha256"]:
                problems.append(f"{name} is not the pinned file of {package['name']} {package['version']}")
    problems += [f"{path.name} is not pinned in {PINS.name}" for path in ASSETS.iterdir() if path.name not in known]
    return problems


def fetch(package: dict[str, Any], work: Path) -> None:
    """Take the files of one package out of its archive; empty pins are filled in.

    Raises:
        AssetProblem: npm cannot be run, or the archive is not the pinned one.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise AssetProblem("npm is not on PATH; install node, then run the same command again")
    spec = f"{package['name']}@{package['version']}"
    command = [npm, "pack", spec, "--json", "--pack-destination", str(work)]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    if done.returncode:
        raise AssetProblem(f"npm could not fetch {spec}: {(done.stderr.strip() or 'no output').splitlines()[-1]}")
    archive = next(iter(work.glob("*.tgz")))
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if package["integrity"] and package["integrity"] != integrity:
        raise AssetProblem(f"the archive of {spec} is not the pinned one ({integrity})")
    package["integrity"] = integrity
    with tarfile.open(archive) as tar:
        for name, wanted in package["files"].items():
            member = tar.extractfile(f"package/{wanted['from']}")
            if member is None:
                raise AssetProblem(f"{spec} has no {wanted['from']}")
            (ASSETS / name).write_bytes(member.read())
            found = sha256(ASSETS / name)
            if wanted["sha256"] and wanted["sha256"] != found:
                raise AssetProblem(f"{wanted['from']} of {spec} is not the pinned file ({found})")
            wanted["sha256"] = found
    archive.unlink()


def main(argv: list[str]) -> int:
    """Fetch or check; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare what lies there with the pins")
    options = parser.parse_args(argv)
    document = json.loads(PINS.read_text(encoding="utf-8"))
    if options.check:
        problems = check(document)
        for line in problems:
            print(f"vendor_assets: {line}", file=sys.stderr)
        return 1 if problems else 0
    try:
        with tempfile.TemporaryDirectory(prefix="codeflash-assets-") as work:
            for package in document["packages"]:
                fetch(package, Path(work))
                print(f"{package['name']} {package['version']}: {', '.join(package['files'])}")
    except (AssetProblem, subprocess.TimeoutExpired, tarfile.TarError, KeyError) as problem:
        print(f"vendor_assets: {problem}", file=sys.stderr)
        return 2
    PINS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
