"""The program must behave as without the profiler."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from .conftest import SCRIPT, shares


def run_bare(words, cwd, **settings):
    """The same command without the profiler."""
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=60, check=False, **settings)


def test_output_and_exit_code_pass_through(profile, program):
    """Standard output is the program's alone, its standard error comes first, its exit code is ours."""
    name = program("import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(7)\n")
    done = profile("python", name)
    assert done.code == 7
    assert done.out == "out\n"
    assert done.err.startswith("err\n")
    assert "FAILED: exit code 7" in done.err
    assert done.document["exit_code"] == 7
    assert done.document["failed"] is True


def test_output_is_shown_once_over_all_passes(profile, program, tmp_path):
    """The further passes' output is discarded; a file on standard input is read by each of them."""
    name = program("import sys\ntext = sys.stdin.read()\nprint(len(text))\nopen('runs', 'a').write(text)\n")
    (tmp_path / "input").write_text("abc", encoding="utf-8")
    with (tmp_path / "input").open(encoding="utf-8") as file:
        done = profile("python", name, options=("--memory", "tracemalloc"), stdin=file)
    assert done.out == "3\n"
    assert (tmp_path / "runs").read_text(encoding="utf-8") == "abc" * 4
    assert [row["name"] for row in done.document["passes"]] == ["bare", "joint", "allocations", "calls"]


def test_killed_by_a_signal(profile, program):
    """A killed command gives 128 + N, one line that says so, and the profile up to then."""
    name = program("import os, signal, work\nwork.first(30000000)\nos.kill(os.getpid(), signal.SIGKILL)\n")
    done = profile("python", name)
    assert done.code == 128 + signal.SIGKILL
    assert done.document["signal"] == "SIGKILL"
    assert sum(line.startswith("codeflash profile: error:") for line in done.err.splitlines()) == 1
    assert [row["function"] for row in done.document["functions"]][:1] in (["<module>"], ["first"])
    assert "Traceback" not in done.err


def test_traceback_of_the_program_is_its_own(profile, program, python, tmp_path):
    """An uncaught exception looks exactly as it does without the profiler."""
    name = program("def fail():\n    raise ValueError('no')\nfail()\n")
    bare = run_bare([python, name], cwd=tmp_path)
    done = profile("python", name, python=python)
    assert done.code == bare.returncode == 1
    assert done.err.startswith(bare.stderr)


STATE = """\
import atexit, gc, os, signal, sys, threading, warnings
warnings.simplefilter("error")
print(sorted(name for name in sys.modules if not name.startswith("_") and "codeflash" not in name))
print([entry for entry in sys.path])
print(len(os.listdir("/proc/self/fd")) - 1, os.dup(0))
print(threading.active_count(), signal.getsignal(signal.SIGALRM), signal.getsignal(signal.SIGPROF))
print(sys.getswitchinterval(), sys.gettrace(), sys.flags.dev_mode, gc.get_threshold(), gc.isenabled())
"""


def test_interpreter_looks_untouched(profile, program, python, tmp_path):
    """Imported modules, sys.path, descriptors' numbers, threads and signal handlers are as without the profiler."""
    name = program(STATE)
    bare = run_bare([python, name], cwd=tmp_path, stdin=subprocess.DEVNULL).stdout.splitlines()
    done = profile("python", name, python=python, stdin=subprocess.DEVNULL).out.splitlines()
    ours = {"marshal", "atexit", "time", "itertools"}  # builtin modules that observing uses
    assert set(eval(done[0])) - set(eval(bare[0])) <= ours | {"sitecustomize"}
    assert done[1] == bare[1]
    assert int(done[2].split()[0]) <= int(bare[2].split()[0]) + 1  # one high descriptor
    assert done[2].split()[1] == bare[2].split()[1]
    assert done[3:] == bare[3:]


@pytest.mark.parametrize("broken", [False, True])
def test_existing_sitecustomize_runs(profile, program, tmp_path, broken):
    """The environment's own sitecustomize runs as before, and a broken one complains as before."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "1/0\n" if broken else "import builtins\nbuiltins.theirs = 42\n", encoding="utf-8"
    )
    name = program("import builtins, sys\nprint(getattr(builtins, 'theirs', None), 'sitecustomize' in sys.modules)\n")
    environment = {**os.environ, "PYTHONPATH": str(site)}
    bare = run_bare([sys.executable, name], cwd=tmp_path, env=environment)
    done = profile("python", name, env=environment)
    assert done.out == bare.stdout
    assert done.err.startswith(bare.stderr)
    assert done.code == 0


SIGNALS = """\
import asyncio, os, signal, time
import work
async def main():
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, told.set)
    work.first(8000000)
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(told.wait(), 5)
    print("told")
asyncio.run(main())
signal.signal(signal.SIGALRM, lambda *_: print("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.05)
start = time.monotonic()
time.sleep(0.3)
print(time.monotonic() - start >= 0.3)
"""


def test_signals_of_the_program_work(profile, program, python):
    """Handlers of a blocked event loop, alarms and sleeps work as ever, without a word about a full wake-up buffer."""
    done = profile("python", program(SIGNALS), python=python)
    assert done.out == "told\nalarm\nTrue\n"
    assert "wakeup" not in done.err
    assert done.document["functions"][0]["cpu_cum_percent"] > 0


OUR_SIGNAL = """\
import os, signal, time
import work
got = []
before = signal.signal(signal.SIGURG, lambda *_: got.append(1))
work.first(3000000)
os.kill(os.getpid(), signal.SIGURG)
time.sleep(0.01)
print(before, len(got))
"""


def test_signal_of_the_timer_is_the_programs_if_it_wants_it(profile, program, python):
    """A program that handles SIGURG gets its own signals only, and is sampled by a thread from then on."""
    done = profile("python", program(OUR_SIGNAL), python=python)
    assert done.out.split()[-1] == "1"
    assert "SIG_DFL" in done.out or done.out.startswith("0 ")
    assert shares(done.document)["first"] > 50


def test_interrupt_ends_it_in_order(program, tmp_path):
    """SIGINT to the profiler alone reaches the command; the profiler ends with 130 and one line."""
    name = program("import time\nprint('up', flush=True)\ntime.sleep(60)\n")
    words = [sys.executable, str(SCRIPT), "--quick", "--no-baseline", str(tmp_path), "--", "python", name]
    process = subprocess.Popen(
        words,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Tests that run in a shell's background ignore Ctrl-C, and the profiler would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.rstrip().splitlines()[-1].startswith("codeflash profile: error: interrupted")


LIFETIMES = """\
import gc, threading, time, weakref
gc.disable()
class Thing: pass
def use():
    thing = Thing()
    reference = weakref.ref(thing)
    thread = threading.Thread(target=time.sleep, args=(0.004,))
    thread.start()
    thread.join()
    return reference
print(sum(use()() is not None for _ in range(40)))
"""


def test_objects_live_no_longer(profile, program, python):
    """Looking at frames keeps nothing alive: locals of a function that threads were sampled in die when it returns."""
    assert profile("python", program(LIFETIMES), python=python).out == "0\n"


def test_deep_recursion_and_its_limit(profile, program, python):
    """Recursion reaches the same depth, and RecursionError is raised as ever."""
    name = program(
        "import sys\nsys.setrecursionlimit(20000)\n"
        "def down(n):\n    return n if n == 0 else down(n - 1)\n"
        "for _ in range(150): down(4000)\n"
        "def endless():\n    endless()\n"
        "sys.setrecursionlimit(900)\n"
        "try:\n    endless()\nexcept RecursionError:\n    print('stopped')\n"
    )
    assert profile("python", name, python=python).out == "stopped\n"


def test_every_form_of_command(profile, program, tmp_path):
    """-m, -c, a console script, a shell script that starts Python, and pytest all give a profile."""
    program("import work\nwork.first(400000)\n", name="mod.py")
    script = tmp_path / "go.sh"
    script.write_text(f"#!/bin/sh\necho from the shell\n{sys.executable} mod.py\n", encoding="utf-8")
    script.chmod(0o755)
    (tmp_path / "test_it.py").write_text("import work\ndef test_it():\n    work.first(400000)\n", encoding="utf-8")
    for command in (
        ("python", "-m", "mod"),
        ("python3", "-c", "import mod"),
        ("sh", "go.sh"),
        ("./go.sh",),
        ("pytest", "-q", "-p", "no:cacheprovider", "test_it.py"),
        ("py.test", "-q", "-p", "no:cacheprovider", "test_it.py"),
    ):
        done = profile(*command)
        assert done.code == 0, (command, done.err)
        assert "first" in {row["function"] for row in done.document["functions"]}, command


def test_xdist_workers_are_seen(profile, program, tmp_path):
    """The time of pytest-xdist's workers is in the profile."""
    program("")
    tests = "".join(f"def test_{n}():\n    work.first(5000000)\n" for n in range(4))
    (tmp_path / "test_many.py").write_text("import work\n" + tests, encoding="utf-8")
    done = profile("pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "test_many.py")
    assert done.code == 0, done.err
    row = next(row for row in done.document["functions"] if row["function"] == "first")
    assert row["cpu_own_percent"] > 35
    assert len(done.document["processes"]) >= 3


def test_terminated_profiler_takes_its_command_along(program, tmp_path):
    """SIGTERM to the profiler reaches the command, and the profiler ends with a line and no traceback."""
    name = program("import time, sys\nprint('up', flush=True)\ntime.sleep(60)\n")
    words = [sys.executable, str(SCRIPT), "--quick", "--no-baseline", str(tmp_path), "--", "python", name]
    process = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "up\n"
    process.terminate()
    _, err = process.communicate(timeout=30)
    assert process.returncode >= 128
    assert "Traceback" not in err
