"""Commands, places and moments that go wrong: the status that is documented, at most one line of ours, no traceback."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import SCRIPT

USAGE, CANNOT_START, NO_PROFILE, CANNOT_WRITE = 96, 97, 98, 99
WORK = "sum(i * i for i in range(300000)); print('ran', flush=True)"
GOOD = ("--", "python", "-c", WORK)
ERROR = "codeflash profile: error:"


@pytest.fixture
def run(tmp_path):
    """Profile with these arguments; checks what holds of every failure, and gives the finished process."""

    def call(*words, status, lines, temporary=True, **settings):
        place = tmp_path / "tmp"
        place.mkdir(exist_ok=True)
        if temporary:
            settings["env"] = {**os.environ, "TMPDIR": str(place), **settings.get("env", {})}
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *map(os.fspath, words)],
            check=False,
            timeout=60,
            capture_output=True,
            **{"cwd": tmp_path, **settings},
        )
        done.said = done.stderr.decode("utf-8", "replace") if done.stderr is not None else ""
        assert done.returncode == status, done.said
        assert done.said.count(ERROR) == lines, done.said
        assert "unified-profiling-script" not in done.said.replace(str(SCRIPT), "")
        assert 'File "profiler/' not in done.said  # no frame of ours in any traceback
        assert not list(place.glob("codeflash-profile-*"))
        assert not list(tmp_path.glob(".*.json.*"))
        return done

    return call


QUICK = ("--quick", "--no-baseline")

COMMANDS = {
    "segmentation fault": ("import os; os.kill(os.getpid(), 11)", 139, 1),
    "killed as the kernel does when memory is short": ("import os; os.kill(os.getpid(), 9)", 137, 1),
    "terminates itself": ("import os; os.kill(os.getpid(), 15)", 143, 1),
    "aborts": ("import os, resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); os.abort()", 134, 1),
    "runs out of memory": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29)); x = bytearray(2**30)",
        1,
        0,
    ),
    "a child is killed": (
        "import subprocess as s, sys; s.run([sys.executable, '-c', 'import os; os.kill(os.getpid(), 9)'])",
        0,
        0,
    ),
    "leaves by os._exit": ("import os; os._exit(23)", 23, 0),
    "has the status of a signal": ("import sys; sys.exit(137)", 137, 0),
    "has the profiler's own status": ("import sys; sys.exit(96)", 96, 0),
    "does not parse": ("def :", 1, 0),
    "raises": ("1 / 0", 1, 0),
    "closes every descriptor": ("import os; os.closerange(0, 3000)", 0, 0),
    "closes standard error": ("import os; os.close(2)", 0, 0),
    "writes no text": ("import sys; sys.stdout.buffer.write(bytes(range(256)))", 0, 0),
    "removes our folder": ("import os, shutil; shutil.rmtree(os.environ['CODEFLASH_COLLECT'])", NO_PROFILE, 1),
    "removes every temporary file": ("import os, shutil; shutil.rmtree(os.environ['TMPDIR'])", NO_PROFILE, 1),
    "spoils our folder": (
        "import os; f = os.environ['CODEFLASH_COLLECT']; [open(f'{f}/{n}.shard', 'wb').write(os.urandom(999)) for n in 'ab']",
        0,
        0,
    ),
    "clears its environment": ("import os; os.environ.clear()", 0, 0),
    "execs what is no Python": ("import os; os.execv('/bin/true', ['true'])", 0, 0),
    "changes its source": (
        "import os; open('gone.py', 'w').write('def f(): pass'); import gone; os.remove('gone.py')",
        0,
        0,
    ),
    "imports a file with a NUL byte": ("open('nul.py', 'wb').write(b'x = 1\\0'); import nul", 1, 0),
    "stops itself for a moment": (
        "import os, subprocess; subprocess.Popen(['sh', '-c', f'sleep 0.3; kill -CONT {os.getpid()}']); os.kill(os.getpid(), 19)",
        0,
        0,
    ),
    "leaves a process behind": (
        "import subprocess; subprocess.Popen(['sleep', '20'], stdout=-3, stderr=-3, start_new_session=True)",
        0,
        0,
    ),
    "ignores every signal": (
        "import signal; [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 10, 12, 13, 14, 15, 23)]",
        0,
        0,
    ),
}


@pytest.mark.parametrize("what", COMMANDS)
def test_command_that(run, what):
    """A command that ends badly, or pulls the rug from under us, ends as it does alone."""
    code, status, lines = COMMANDS[what]
    run(*QUICK, ".", "--", "python", "-c", code, status=status, lines=lines)


ARGUMENTS = {
    "interval too short": ("--interval", "0.000001", ".", *GOOD),
    "timeout that is no number": ("--timeout", "nan", ".", *GOOD),
    "a dangling link as the root": ("dangling", *GOOD),
    "one file for two outputs": (*QUICK, "--json", "x.json", "--report", "./x.json", ".", *GOOD),
    "an output that is below a file": (*QUICK, "--json", "file/x.json", ".", *GOOD),
    "a baseline folder that is a file": ("--quick", "--baseline", "file", ".", *GOOD),
    "a root below a file": ("file/x", *GOOD),
    "a root with too long a name": ("x" * 5000, *GOOD),
    "an output with too long a name": (*QUICK, "--json", "x" * 300, ".", *GOOD),
}


@pytest.mark.parametrize("what", ARGUMENTS)
def test_arguments(run, tmp_path, what):
    """Arguments that cannot be meant are refused before anything runs."""
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert b"ran" not in run(*ARGUMENTS[what], status=USAGE, lines=1).stdout
    assert (tmp_path / "file").read_text(encoding="utf-8") == ""


STARTS = {
    "no interpreter": b"#!/no/such/interpreter\n",
    "no program": bytes(range(200)),
    "empty": None,
}


@pytest.mark.parametrize("what", STARTS)
def test_command_that_cannot_be_executed(run, tmp_path, what):
    """An executable file that the kernel refuses is named, with a status of its own."""
    script = tmp_path / "script"
    if STARTS[what] is None:
        script.mkdir()
    else:
        script.write_bytes(STARTS[what])
        script.chmod(0o755)
    assert "script" in run(*QUICK, ".", "--", "./script", status=CANNOT_START, lines=1).said


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'{"schema_version": 1', b"null", None])
def test_damaged_baseline(run, tmp_path, content):
    """A baseline that is empty, no text, cut off, of another shape, or a folder is named and left alone."""
    run("--quick", "--baseline", "kept", ".", *GOOD, status=0, lines=0)
    (stored,) = (tmp_path / "kept").glob("baseline-*.json")
    if content is None:
        stored.unlink()
        stored.mkdir()
    else:
        stored.write_bytes(content)
    assert str(stored) in run("--quick", "--baseline", "kept", ".", *GOOD, status=USAGE, lines=1).said
    assert content is None or stored.read_bytes() == content


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of 256 KiB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here (it takes root)")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("option", [("--no-baseline", "--json", "small/x.json"), ("--baseline", "small")])
def test_full_disk(run, small_disk, option):
    """On a full disk the command's profile is refused in a line, and no part of a file is left."""
    (small_disk / "filler").write_bytes(b"")
    code = "import contextlib\nwith contextlib.suppress(OSError), open('small/filler', 'wb', buffering=0) as file:\n    while file.write(bytes(4096)): pass"
    done = run("--quick", *option, ".", "--", "python", "-c", code, status=CANNOT_WRITE, lines=1)
    assert "free space" in done.said
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def test_full_temporary_disk(run, small_disk):
    """A full disk under the temporary folder is said before the command runs, or costs the profile alone."""
    (small_disk / "filler").write_bytes(bytes(250 * 1024))
    done = run(*QUICK, ".", *GOOD, status=CANNOT_WRITE, lines=1, env={"TMPDIR": str(small_disk)})
    assert b"ran" not in done.stdout
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


@pytest.mark.noisy  # beside other work more is seen, and what one process leaves meets the limit first
@pytest.mark.parametrize("limit", [4000, 40000])
def test_size_limit_of_files(run, tmp_path, limit):
    """A limit on the size of files is met like a full disk, before the command runs or after it."""
    many = "".join(f"def f{n}(): return sum(i for i in range(40000))\nf{n}()\n" for n in range(100))
    (tmp_path / "many.py").write_text(many, encoding="utf-8")

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    run(*QUICK, "--json", "x.json", ".", "--", "python", "many.py", status=CANNOT_WRITE, lines=1, preexec_fn=small)
    assert not list(tmp_path.glob("*.json"))


@pytest.mark.parametrize("target", ["/dev/null", "link.json"])
def test_outputs_are_written_where_they_point(run, tmp_path, target):
    """A device is written to and stays one; of a link, the file behind it is replaced."""
    (tmp_path / "real.json").write_text("old", encoding="utf-8")
    (tmp_path / "link.json").symlink_to("real.json")
    run(*QUICK, "--json", target, ".", *GOOD, status=0, lines=0)
    assert Path("/dev/null").is_char_device()
    assert (tmp_path / "link.json").is_symlink()
    if target == "link.json":
        assert json.loads((tmp_path / "real.json").read_text(encoding="utf-8"))["exit_code"] == 0


@pytest.mark.parametrize("gone", ["HOME", "TMPDIR"])
def test_folders_of_the_user_that_are_not_there(run, gone):
    """A home or temporary folder that does not exist hinders nothing."""
    run(*QUICK, ".", *GOOD, status=0, lines=0, temporary=gone != "TMPDIR", env={**os.environ, gone: "/no/such/folder"})


def test_profiler_started_in_a_folder_that_is_gone(run, tmp_path):
    """Started where the working folder was removed, the profiler says so or works; it does not fall over."""
    gone = tmp_path / "gone"

    def remove():
        gone.mkdir()
        os.chdir(gone)
        shutil.rmtree(gone)

    run(*QUICK, ".", *GOOD, status=USAGE, lines=1, preexec_fn=remove)
    run(*QUICK, tmp_path, *GOOD, status=0, lines=0, preexec_fn=remove)


def test_pipe_whose_reader_goes(tmp_path):
    """`| head -1` ends the command as it does without us, and a report that nobody reads is no failure."""
    words = f"{sys.executable} {SCRIPT} --quick --no-baseline . -- python -c"
    long = f"{words} 'for n in range(10**6): print(n)' 2>/dev/null | head -1"
    assert (
        subprocess.run(["sh", "-c", long], cwd=tmp_path, capture_output=True, timeout=60, check=True).stdout == b"0\n"
    )
    for unread in ("2>&-", "2>&1 >/dev/null | true"):
        command = f"({words} 'import sys; sys.exit(7)'; echo $? > status) {unread}"
        subprocess.run(["sh", "-c", command], cwd=tmp_path, timeout=60, check=False)
        assert (tmp_path / "status").read_text(encoding="utf-8") == "7\n", unread


def test_letters_that_no_encoding_knows(run, tmp_path):
    """Arguments and file names that are no text in any encoding are profiled and shown."""
    name = os.fsdecode(b"caf\xe9.py")
    (tmp_path / name).write_text("def f(): return sum(i * i for i in range(10**6))\nf()\n", encoding="utf-8")
    run(*QUICK, "--json", "x.json", ".", "--", "python", name, os.fsdecode(b"\xff"), status=0, lines=0)
    run(*QUICK, ".", "--", "python", name, status=0, lines=0, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})


@pytest.mark.parametrize("way", ["print", "os.write", "unbuffered"])
def test_much_output_passes_whole(tmp_path, way):
    """Large writes to a slow reader arrive whole, and the profiler stays small: it never sees what passes."""
    write = (
        "import os\nfor _ in range(100): os.write(1, bytes(10**6))"
        if way == "os.write"
        else ("for _ in range(100): print('x' * (10**6 - 1))")
    )
    options = ["-u"] if way == "unbuffered" else []
    words = [sys.executable, str(SCRIPT), *QUICK, ".", "--", "python", *options, "-c", write]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        count = peak = 0
        while chunk := process.stdout.read(10**6):
            count += len(chunk)
            time.sleep(0.002)
            with contextlib.suppress(OSError, StopIteration):
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
                peak = max(peak, int(next(line for line in status if line.startswith("VmHWM")).split()[1]))
    assert process.returncode == 0
    assert count == 100 * 10**6
    assert peak < 100 * 1024


PHASES = ("bare", "joint", "allocations", "calls")


@pytest.mark.parametrize("number", range(len(PHASES)), ids=PHASES)
def test_interrupt_in_every_pass(tmp_path, number):
    """Ctrl-C in any of the passes ends everything with 130 and a line; nothing is stored, nothing left running."""
    code = (
        "import os, time\nopen('runs', 'a').write('x')\nprint('ran')\n"
        f"if os.path.getsize('runs') > {number}:\n    open('pid', 'w').write(str(os.getpid()))\n    time.sleep(60)"
    )
    words = [
        sys.executable,
        str(SCRIPT),
        "--memory",
        "tracemalloc",
        "--json",
        "x.json",
        ".",
        "--",
        "python",
        "-c",
        code,
    ]
    process = subprocess.Popen(
        words,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    pid = tmp_path / "pid"
    deadline = time.monotonic() + 30
    while not (pid.exists() and pid.read_text(encoding="utf-8")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGWINCH)  # a terminal that changes its size is nothing
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.count(ERROR) == 1
    assert not list(tmp_path.glob("*.json"))
    assert not (tmp_path / ".codeflash").exists()
    assert not Path(f"/proc/{pid.read_text(encoding='utf-8')}").exists()
