#!/usr/bin/env python3
"""Pinned clients, installed from npm into `.cache/clients/<name>-<version>/` and checked against `clients.json`.

    python3 scripts/clients.py                  # every pinned version
    python3 scripts/clients.py claude-2.1.330   # one; prints where its executable is

Only the standard library is used, so that this runs before anything else is installed. npm is given a lock file made
from the pinned sha512 values, so a package with other contents is refused before a line of it runs; what npm then says
it installed is compared with the pins once more. `CODEFLASH_CACHE` moves `.cache/`.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PINS = Path(__file__).with_name("clients.json")
NPM_PATIENCE_S = 300
NATIVE_SYSTEMS = {"linux": "linux", "darwin": "darwin", "windows": "win32"}
NATIVE_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


class ClientProblem(Exception):
    """A client cannot be had; the message is one line that says what to do."""


@dataclass(frozen=True)
class Pin:
    """One version of one client: `packages` maps each npm package to its sha512 integrity value."""

    name: str
    version: str
    package: str
    executable: str
    script: str  # that the executable starts, inside the package
    natives_are_versions: bool  # a native package is a version of the main one under another name
    packages: dict[str, str]

    @property
    def label(self) -> str:
        """What people type and folders are called, such as `claude-2.1.330`."""
        return f"{self.name}-{self.version}"

    def needed_here(self) -> tuple[str, str]:
        """The main package and the native one of this platform.

        Raises:
            ClientProblem: the client has no build for this platform.
        """
        native = f"{self.package}-{native_platform()}"
        if native not in self.packages:
            native = native.removesuffix("-musl")  # linked statically, so that one build runs on both
        if native not in self.packages:
            raise ClientProblem(
                f"{self.label} has no build for {native_platform()}; use Linux, macOS or Windows on x64 or arm64"
            )
        return self.package, native


def pins() -> list[Pin]:
    """All pinned clients, in the order of the file."""
    document = json.loads(PINS.read_text(encoding="utf-8"))
    return [
        Pin(
            name,
            version,
            entry["package"],
            entry["executable"],
            entry["bin"],
            entry.get("natives_are_versions", False),
            packages,
        )
        for name, entry in document.items()
        for version, packages in entry["versions"].items()
    ]


def pinned(label: str) -> Pin:
    """The pin called `label`.

    Raises:
        ClientProblem: nothing of that name is pinned.
    """
    for pin in pins():
        if pin.label == label:
            return pin
    known = ", ".join(pin.label for pin in pins())
    raise ClientProblem(f"no client {label} is pinned in {PINS.name}; choose one of: {known}")


def native_platform() -> str:
    """Npm's name for this machine, such as `linux-x64` or `linux-arm64-musl`."""
    system = NATIVE_SYSTEMS.get(platform.system().lower(), platform.system().lower())
    machine = NATIVE_MACHINES.get(platform.machine().lower(), platform.machine().lower())
    musl = system == "linux" and platform.libc_ver()[0] != "glibc"
    return f"{system}-{machine}-musl" if musl else f"{system}-{machine}"


def cache_folder() -> Path:
    """Where downloads of this checkout are kept; never committed."""
    return Path(os.environ.get("CODEFLASH_CACHE") or ROOT / ".cache")


def ensure(label: str) -> Path:
    """Install the client called `label` unless it is there, and return its executable.

    Raises:
        ClientProblem: node or npm is missing, npm failed, or the contents are not the pinned ones.
    """
    pin = pinned(label)
    home = cache_folder() / "clients" / pin.label
    if home.is_dir():
        _verify(pin, home)
        return home / pin.executable
    npm = _npm()
    with _one_at_a_time(home.parent):
        if not home.is_dir():
            _install(pin, home, npm)
    return home / pin.executable


def _npm() -> str:
    for program, what in (("node", "node 18 or later"), ("npm", "npm, which comes with node")):
        if shutil.which(program) is None:
            raise ClientProblem(f"{program} is not on PATH; install {what}, then run the same command again")
    return str(shutil.which("npm"))


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Keep parallel test workers from downloading the same client at once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            import fcntl  # noqa: PLC0415  absent on Windows, where a second download is only a waste

            fcntl.flock(lock, fcntl.LOCK_EX)
        except ImportError:
            pass
        yield


def _install(pin: Pin, home: Path, npm: str) -> None:
    """Install beside `home` and move it there when it is whole, so that an interrupted download leaves no client."""
    _main, native = pin.needed_here()
    work = Path(tempfile.mkdtemp(prefix=f".{pin.label}-", dir=home.parent))
    try:
        (work / "package.json").write_text(json.dumps(_manifest(pin), indent=1), encoding="utf-8")
        (work / "package-lock.json").write_text(json.dumps(_lock(pin, native), indent=1), encoding="utf-8")
        command = [npm, "install", "--no-audit", "--no-fund", "--no-save", "--loglevel=error", "--prefix", str(work)]
        try:
            done = subprocess.run(
                command, cwd=work, capture_output=True, text=True, timeout=NPM_PATIENCE_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ClientProblem(
                f"npm took longer than {NPM_PATIENCE_S} s for {pin.label}; check the network and run the same again"
            ) from error
        if done.returncode:
            lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
            errors = [line for line in lines if "error" in line.lower()] or lines or ["no output"]
            raise ClientProblem(f"npm could not install {pin.label}: {' / '.join(errors[:3])}")
        _verify(pin, work)
        work.rename(home)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _manifest(pin: Pin) -> dict[str, Any]:
    return {"name": "pinned-client", "version": "1.0.0", "private": True, "dependencies": {pin.package: pin.version}}


def _lock(pin: Pin, native: str) -> dict[str, Any]:
    """A lock file without addresses: npm asks the registry it is set to, and refuses contents of another hash.

    The platforms that are not this one are left out of the main package's optional dependencies, or npm would look
    them up.
    """
    main: dict[str, Any] = {
        "version": pin.version,
        "integrity": pin.packages[pin.package],
        "hasInstallScript": not pin.natives_are_versions,
        "bin": {pin.name: pin.script},
        "optionalDependencies": {native: pin.version},
    }
    other: dict[str, Any] = {"version": pin.version, "integrity": pin.packages[native], "optional": True}
    if pin.natives_are_versions:
        build = f"{pin.version}-{native.removeprefix(pin.package + '-')}"
        main["optionalDependencies"] = {native: f"npm:{pin.package}@{build}"}
        other |= {"name": pin.package, "version": build}
    return {
        "name": "pinned-client",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "requires": True,
        "packages": {"": _manifest(pin), f"node_modules/{pin.package}": main, f"node_modules/{native}": other},
    }


def _verify(pin: Pin, home: Path) -> None:
    """Compare what npm says it installed with the pins.

    Raises:
        ClientProblem: something differs or is missing.
    """
    again = f"remove {home} and run the same command again"
    try:
        document = json.loads((home / "node_modules" / ".package-lock.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ClientProblem(f"{pin.label} is not whole ({error}); {again}") from error
    for package in pin.needed_here():
        found = document["packages"].get(f"node_modules/{package}", {})
        if found.get("integrity") != pin.packages[package]:
            raise ClientProblem(
                f"{package} {pin.version} is not the pinned one (sha512 {found.get('integrity', 'missing')}); {again}"
            )
    if not (home / pin.executable).exists():
        raise ClientProblem(f"{pin.label} has no {pin.executable}; {again}")


def main(argv: list[str]) -> int:
    """Install the clients named in `argv`, or all of them; print each executable's path."""
    if any(argument in ("-h", "--help") for argument in argv):
        print(__doc__)
        return 0
    try:
        for label in argv or [pin.label for pin in pins()]:
            print(ensure(label))
    except ClientProblem as problem:
        print(f"clients: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
