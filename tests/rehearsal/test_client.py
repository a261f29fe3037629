"""Running a client: how it is ended, and that its failures are heard. The client here is a small program of the test's."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rehearsal.client import RehearsalFailed, run
from rehearsal.messages_api import Script, ScriptedModel

# Leaves a grandchild in a session of its own, as the real client's shells are, and writes its id.
LINGERING = """#!/bin/sh
echo '{"type": "system", "subtype": "init", "agents": ["a"]}'
python3 -c 'import os, time; os.setsid(); print(os.getpid(), file=open("grandchild", "w"), flush=True); time.sleep(60)' &
wait
"""


@pytest.fixture
def program(tmp_path):
    """Writes an executable with the given text."""

    def write(text):
        path = tmp_path / "client"
        path.write_text(text)
        path.chmod(0o755)
        return path

    return write


def alive(pid):
    """Whether a process runs; one that is dead and not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid, patience_s=5.0):
    """Whether a process ends within the patience."""
    end = time.monotonic() + patience_s
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")


def start(path, folder, **options):
    """Run the program as a client in `folder`."""
    return run(path, "go", cwd=folder, environment={"PATH": os.environ["PATH"], "HOME": str(folder)}, **options)


def test_events_are_collected_and_told_as_they_come(program, tmp_path):
    """Every line becomes an event, one that is no JSON too."""
    told = []
    path = program('#!/bin/sh\necho \'{"type": "system", "subtype": "init", "agents": ["a"]}\'\necho oops\n')

    done = start(path, tmp_path, on_event=told.append).check()

    assert done.init["agents"] == ["a"]
    assert [event["type"] for event in done.events] == ["system", "raw"]
    assert told == done.events


@needs_proc
def test_a_client_that_takes_too_long_is_killed_with_everything_it_started(program, tmp_path):
    """After the timeout not even a process in a session of its own is left, and the run counts as failed."""
    done = start(program(LINGERING), tmp_path, timeout_s=1.5)

    assert done.timed_out
    assert gone(int((tmp_path / "grandchild").read_text()))
    with pytest.raises(RehearsalFailed, match="did not end in time"):
        done.check()


@needs_proc
def test_a_client_can_be_killed_at_a_moment_of_the_tests_choice(program, tmp_path):
    """When `kill_when` says so everything is killed, which is no failure of the run."""
    born = tmp_path / "grandchild"

    done = start(program(LINGERING), tmp_path, kill_when=lambda: born.exists() and bool(born.read_text()))

    assert done.check().killed
    assert gone(int(born.read_text()))


def test_a_failing_client_is_heard_with_its_last_words(program, tmp_path):
    """A status other than 0 fails the run, and the message has what the client wrote to stderr."""
    done = start(program("#!/bin/sh\necho 'no such model' >&2\nexit 3\n"), tmp_path)

    with pytest.raises(RehearsalFailed, match=r"status 3\nno such model"):
        done.check()


def test_a_broken_script_fails_a_client_that_ended_well(program, tmp_path):
    """The script's failure fails the run even where the client exits with 0."""
    with ScriptedModel(Script({"main": []})) as model:
        model.failures.append("main asked for turn 1 of 0")
        done = start(program("#!/bin/sh\nexit 0\n"), tmp_path, model=model)

    with pytest.raises(RehearsalFailed, match="asked for turn 1 of 0"):
        done.check()
