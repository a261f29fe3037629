"""Reading what a benchmark printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codeflash_agent.measure import output

if TYPE_CHECKING:
    from pathlib import Path


def _read(tmp_path: Path, content: bytes, *, own: tuple[str, ...] = ()) -> output.Reading:
    path = tmp_path / "stdout"
    path.write_bytes(content)
    return output.read(path, own=own)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"1 passed in 0.31s\n", b"1 passed in 1.2s\n"),
        (b"took 12.5 ms\n", b"took 9 ms\n"),
        (b"<object at 0x7f01aa>\n", b"<object at 0x55fe10>\n"),
        (b"rootdir: /trees/base\n", b"rootdir: /trees/head\n"),
        (b"ok\ncodeflash-metric p=1\n", b"ok\ncodeflash-metric p=2\n"),
        (b".codeflash-metric p=1\n.\n", b".codeflash-metric p=2\n.\n"),
        (b"elapsed 0:00:01.250\n", b"elapsed 0:01:07\n"),
    ],
)
def test_what_differs_from_run_to_run_is_set_aside(tmp_path: Path, one: bytes, other: bytes) -> None:
    """Durations, addresses, a side's own path and metric lines do not change the digest."""
    own = ("/trees/base", "/trees/head")
    assert _read(tmp_path, one, own=own).digest == _read(tmp_path, other, own=own).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [(b"total 41\n", b"total 42\n"), (b"a\nb\n", b"b\na\n"), (b"a\n", b""), (b"\xff\xfe", b"\xff\xfd")],
)
def test_other_differences_change_the_digest(tmp_path: Path, one: bytes, other: bytes) -> None:
    """Any other difference, in bytes of no encoding too, changes the digest."""
    assert _read(tmp_path, one).digest != _read(tmp_path, other).digest


def test_metrics_are_found_across_block_borders(tmp_path: Path) -> None:
    """A metric line is found wherever it lies relative to the blocks in which a large output is read."""
    line = b"codeflash-metric p=7\n"
    for shift in (0, 1, 7, len(line)):
        filler = b"x" * 63 + b"\n"
        content = filler * (output.CHUNK // 64 - 1) + b"y" * (63 - shift) + b"\n" + line + filler
        assert _read(tmp_path, content).values["p"].amount == 7.0


def test_a_line_without_end_is_read_in_constant_memory(tmp_path: Path) -> None:
    """Output of several blocks without a newline is digested, and a difference at its end is seen."""
    content = b"x" * (5 * output.CHUNK)
    assert _read(tmp_path, content + b"a").digest != _read(tmp_path, content + b"b").digest


def test_bad_lines_become_notes(tmp_path: Path) -> None:
    """Metric lines that cannot be read are reported, at most a few of them, and the good ones still count."""
    reading = _read(tmp_path, b"codeflash-metric p=x\n" * 9 + b"codeflash-metric q=1\n")
    assert list(reading.values) == ["q"]
    assert len(reading.notes) == output.MAX_NOTES + 1
    assert "4 more" in reading.notes[-1]


def test_last_line_is_the_last_that_says_something(tmp_path: Path) -> None:
    """Blank lines at the end are passed over and a long line is cut."""
    path = tmp_path / "stderr"
    path.write_bytes(b"first\nValueError: no\n\n  \n")
    assert output.last_line(path) == "ValueError: no"
    path.write_bytes(b"z" * 20_000)
    assert len(output.last_line(path)) == 300
    path.write_bytes(b"")
    assert output.last_line(path) == ""
