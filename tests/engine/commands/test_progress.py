"""Long work is told about: live to a person, in plain lines to everybody else."""

from __future__ import annotations

import io
import time

import pytest

from codeflash_agent.commands import _progress

PERSON = {"TERM": "xterm-256color"}


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "looks"),
    [
        (Terminal(), PERSON, True),
        (io.StringIO(), PERSON, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {}, False),
        (Terminal(), {**PERSON, "CLAUDECODE": "1"}, False),
        (Terminal(), {**PERSON, "CI": "true"}, False),
    ],
)
def test_who_looks_is_told_from_the_stream_and_the_environment(
    stream: io.StringIO, environment: dict[str, str], looks: bool
) -> None:
    """A pipe, a dumb terminal, an agent's shell and a job get plain lines."""
    assert _progress.person_looks(stream, environment) is looks


def test_agents_get_each_line_once_and_no_control_characters() -> None:
    """Plain lines as they come, nothing else."""
    stream = io.StringIO()
    teller = _progress.Teller(stream, {})
    teller.say("tests on the base")
    teller.say("5 pairs")
    teller.stop()
    assert stream.getvalue() == "tests on the base\n5 pairs\n"


def test_what_takes_long_is_said_to_be_at_work_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a new line for a while, the last one is said again with its time; after the end nothing is."""
    monkeypatch.setattr(_progress, "STILL_EVERY_S", 0.02)
    stream = io.StringIO()
    teller = _progress.Teller(stream, {})
    teller.say("tests on the base")
    deadline = time.monotonic() + 20
    while "… 0 s: tests on the base" not in stream.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    teller.stop()
    assert "… 0 s: tests on the base" in stream.getvalue()
    told = len(stream.getvalue())
    time.sleep(0.1)
    assert len(stream.getvalue()) <= told + len("… 0 s: tests on the base\n")


def test_a_person_sees_one_live_line_and_its_end() -> None:
    """The line is redrawn in place, markup in it is text, and the last one stays."""
    stream = Terminal()
    teller = _progress.Teller(stream, PERSON)
    teller.say("[prs] experiment 1")
    teller.say("[prs] experiment 2")
    teller.stop()
    assert "\x1b[2K" in stream.getvalue()
    assert stream.getvalue().endswith("[prs] experiment 2\n")


def test_agents_are_spared_details_that_come_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """How far a measurement is stays untold right after another line, and is told after a while."""
    stream = io.StringIO()
    teller = _progress.Teller(stream, {})
    teller.say("tests on the base")
    teller.say("pair 5 of 5", detail=True)
    monkeypatch.setattr(_progress, "DETAIL_EVERY_S", 0.0)
    teller.say("pair 10 of 15", detail=True)
    teller.stop()
    assert stream.getvalue() == "tests on the base\npair 10 of 15\n"
