"""Makes the engine's own environment, once, for the launcher.

``bootstrap.py CACHE SPARE KEY`` prints the path of a ready environment. CACHE is the folder wanted, SPARE the one for when
that cannot be written, KEY names the file in it that tells later starts where the environment is. Standard library only:
it runs in whatever interpreter the launcher found.

Exit statuses: 0 ready; 2 it cannot be made, one line says why and what to do; 3 this interpreter lacks what is needed
(venv or pip) and another one may have it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUIREMENTS = Path(__file__).resolve().parent / "requirements.txt"
INSTALL_TIMEOUT_S = 600.0
UNUSED_S = 30 * 86400.0
USED = "used"  # `launch.py` touches it
# Settings of the user's that would send the installation elsewhere. Those that name indexes and certificates stay.
MISLEADING = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "PIP_ROOT",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_PYTHON",
    "PIP_CONSTRAINT",
    "PIP_REQUIREMENT",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
    "UV_PREFIX",
    "UV_CONSTRAINT",
    "UV_OVERRIDE",
    "UV_EXCLUDE_NEWER",
    "UV_PROJECT",
    "UV_WORKING_DIRECTORY",
    "__PYVENV_LAUNCHER__",
)


class Impossible(Exception):
    """The environment cannot be made; the message says what to do."""


class Unsuitable(Exception):
    """This interpreter cannot make an environment."""


def writable_cache(wanted: Path, spare: Path) -> Path:
    """The first of the two folders that this user can write; `spare` only when nobody else can write it.

    Raises:
        Impossible: neither can be written.
    """
    with contextlib.suppress(OSError):
        wanted.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            return wanted
    try:
        with contextlib.suppress(FileExistsError):
            spare.mkdir(mode=0o700, parents=True)
        about = spare.lstat()
        mine = stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & 0o022
        if mine:
            with tempfile.TemporaryFile(dir=spare):
                return spare
    except OSError:
        pass
    raise Impossible(
        f"neither {wanted} nor {spare} can be written; set XDG_CACHE_HOME or TMPDIR to a folder of yours that can"
    )


@contextlib.contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Hold an advisory lock, which the system releases even when this process is killed."""
    with lock.open("w", encoding="utf-8") as file:
        try:
            import fcntl  # noqa: PLC0415 - absent on some systems

            fcntl.flock(file, fcntl.LOCK_EX)
        except (ImportError, OSError):
            pass  # without locks two first starts each make an environment; the rename below keeps either one whole
        yield


def usable(environment: Path) -> bool:
    """Whether `environment` is whole and belongs to the requirements as they are now."""
    try:
        if (environment / "requirements.txt").read_bytes() != REQUIREMENTS.read_bytes():
            return False
        check = [
            str(environment / "bin" / "python"),
            "-I",
            "-c",
            "import detect_secrets, filelock, jinja2, packaging, psutil, rich",
        ]
        return subprocess.run(check, capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def build(folder: Path, log: Path) -> None:
    """Make an environment with the pinned, hash-checked requirements in `folder`.

    Raises:
        Unsuitable: this interpreter has no venv or pip, and uv is not there or failed too.
        Impossible: the packages could not be fetched or installed.
    """
    environ = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    install = ["--require-hashes", "-r", str(REQUIREMENTS)]
    python = str(folder / "bin" / "python")
    attempts = []
    uv = shutil.which("uv")
    if uv:
        attempts.append(
            (
                [uv, "venv", "--no-project", "--python", sys.executable, str(folder)],
                [uv, "pip", "install", "--python", python, *install],
            )
        )
    attempts.append(
        (
            [sys.executable, "-I", "-m", "venv", str(folder)],
            [python, "-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *install],
        )
    )
    fetched_nothing = False
    for make, fill in attempts:
        shutil.rmtree(folder, ignore_errors=True)
        if run(make, environ, log):
            if run(fill, environ, log):
                return
            fetched_nothing = True
    if fetched_nothing:
        raise Impossible(
            f"its packages could not be installed; check the network or your package index and run the command again "
            f"(log: {log})"
        )
    raise Unsuitable


def run(command: list[str], environ: dict[str, str], log: Path) -> bool:
    """Run one step in the log's folder, where no project's settings lie, and append its output to `log`."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"$ {' '.join(command)}\n")
        file.flush()
        try:
            done = subprocess.run(
                command,
                env=environ,
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                timeout=INSTALL_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            file.write(f"{error}\n")
            return False
        file.write(f"exit status {done.returncode}\n")
        return done.returncode == 0


def replace_text(path: Path, text: str) -> None:
    """Write `text` so that a reader sees the old or the new content."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)


def ready_environment(cache: Path, key: str) -> Path:
    """The environment for these requirements and this interpreter, made when it is not there yet."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    version = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    final = cache / f"engine-{digest}-{version}"
    log = cache / "engine-setup.log"
    with one_at_a_time(cache / "engine.lock"):
        if not usable(final):
            sys.stderr.write("codeflash-agent: making the engine's environment (once) …\n")
            log.write_text("", encoding="utf-8")
            folder = Path(tempfile.mkdtemp(prefix=f"{final.name}.new-", dir=cache))
            try:
                build(folder, log)
                shutil.copyfile(REQUIREMENTS, folder / "requirements.txt")
                shutil.rmtree(final, ignore_errors=True)
                folder.rename(final)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            remove_unused(cache, final)
        replace_text(cache / f"engine-{key}.path", f"{final}\n")
    return final


def remove_unused(cache: Path, current: Path) -> None:
    """Remove environments that nothing was started with for 30 days, and what makings that were killed left.

    Called under the lock, where one was made anew: then the versions before it begin to be old. Each gets another name
    first, so that no start finds half of one; a start that meets none makes it anew.
    """
    now = time.time()
    for folder in cache.glob("engine-*-cp*"):
        if folder == current or not folder.is_dir() or folder.is_symlink():
            continue
        with contextlib.suppress(OSError):
            known = [
                path.stat().st_mtime for path in (folder, folder / USED, folder / "requirements.txt") if path.exists()
            ]
            if now - max(known, default=now) > UNUSED_S:
                gone = folder.with_name(f"{folder.name}.new-old")
                shutil.rmtree(gone, ignore_errors=True)
                folder.rename(gone)
                shutil.rmtree(gone, ignore_errors=True)
    for pointer in cache.glob("engine-*.path"):
        with contextlib.suppress(OSError):
            if not Path(pointer.read_text(encoding="utf-8").strip()).exists():
                pointer.unlink()


def main(arguments: list[str]) -> int:
    """Print the environment's path; see the module's docstring for the exit statuses."""
    wanted, spare, key = arguments
    try:
        print(ready_environment(writable_cache(Path(wanted), Path(spare)), key))
    except Unsuitable:
        return 3
    except Impossible as error:
        sys.stderr.write(f"codeflash-agent: cannot make the engine's environment: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(
            f"codeflash-agent: cannot make the engine's environment: {error}; free space or set XDG_CACHE_HOME\n"
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
