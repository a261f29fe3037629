"""Profiles taken elsewhere: recordings of the real tools (`scripts/record_profiles.py`), laid onto a project's source."""

from __future__ import annotations

import contextlib
import gzip
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codeflash_agent import cli
from codeflash_python.evidence import pprof, reading, table
from codeflash_python.evidence.model import Flat, Frame, Measure, Unreadable

FIXTURES = Path(__file__).parents[1] / "fixtures" / "evidence"
ROWS = ("parcels/reading.py", 11, "Reader.rows")
QUOTE = ("parcels/pricing.py", 6, "quote")
LABELS = ("parcels/pricing.py", 15, "labels")
KEEP = ("parcels/reading.py", 19, "Reader.keep")
TIMED = {
    "austin.mojo": "austin",
    "austin.txt": "austin",
    "cprofile.prof": "cprofile",
    "datadog.pprof.zst": "pprof",
    "pyroscope.pprof": "pprof",
    "pyspy.raw": "py-spy",
    "pyspy.speedscope.json": "speedscope",
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The profiled program as a project in another place, as the current folder."""
    shutil.copytree(FIXTURES / "project", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["setup", "--set", f"interpreter={sys.executable}", "--set", "source_root=src"]) == 0
    return tmp_path


def ask(capsys, file, *more):
    """Exit status and document of `profile --from`."""
    capsys.readouterr()
    status = cli.main(["profile", "--from", str(file), *more, "--json"])
    return status, json.loads(capsys.readouterr().out)


def by_name(document):
    """The rows by file, line and qualified name."""
    return {(row["file"], row["line"], row["function"]): row for row in document["functions"]}


@pytest.mark.parametrize("name", TIMED)
def test_each_tool_shows_the_same_hot_functions(project, capsys, name):
    """Whatever the tool, the list that is searched is hottest; files are relative to the source root, names qualified."""
    status, found = ask(capsys, FIXTURES / name)
    rows = by_name(found)
    assert (status, found["format"], found["kind"], found["baseline"]) == (0, TIMED[name], "evidence", False)
    assert (found["targets"][0]["file"], found["targets"][0]["line"], found["targets"][0]["function"]) == ROWS
    assert 40 < rows[ROWS]["cpu_own_percent"] < 75
    assert 4 < rows[QUOTE]["cpu_own_percent"] < 25
    # JSON's own functions are not the project's: their time is that of their caller.
    assert 8 < rows[LABELS]["cpu_own_percent"] < 40
    assert rows[LABELS]["cpu_self_percent"] < rows[LABELS]["cpu_own_percent"]
    assert sum(row["cpu_own_percent"] for row in rows.values()) < 100.5
    main = next(row for key, row in rows.items() if key[2] == "main")
    assert main["cpu_cum_percent"] > 85
    assert main["cpu_own_percent"] < 15
    assert all(row["in_source"] for row in rows.values())


def test_scalene_counts_lines_by_function(project, capsys):
    """Scalene's lines are summed by function, its memory is the peak, and nothing cumulative is made up."""
    status, found = ask(capsys, FIXTURES / "scalene.json")
    rows = by_name(found)
    assert (status, found["format"]) == (0, "scalene")
    assert {ROWS, QUOTE, LABELS, KEEP} <= set(rows)
    assert sum(row["cpu_own_percent"] for row in rows.values()) == pytest.approx(100, abs=0.5)
    assert {row["cpu_cum_percent"] for row in rows.values()} == {None}
    assert rows[KEEP]["mem_peak_mib"] > 0.5


def test_memray_has_memory_and_no_time(project, capsys):
    """A file of memray's is read where memray can be imported: the memory is with what makes and keeps the rows, and no CPU share is claimed."""
    pytest.importorskip("memray")
    status, found = ask(capsys, FIXTURES / "memray.bin")
    rows = by_name(found)
    assert (status, found["format"], found["time"]) == (0, "memray", None)
    held = sum(row["mem_peak_mib"] for row in rows.values())
    assert 0.5 < held <= found["memory"]["total"] / 2**20
    assert max(rows, key=lambda key: rows[key]["mem_peak_mib"]) in (KEEP, ROWS)
    assert {row["cpu_own_percent"] for row in rows.values()} == {None}


def test_allocated_over_time_is_not_memory_at_the_peak(project, capsys):
    """Datadog's alloc-space stays apart from live memory, and makes no target."""
    _, found = ask(capsys, FIXTURES / "datadog.pprof.zst")
    assert found["memory"] is None
    assert found["allocated"]["total"] > 1e6
    assert all(row["domains"] == ["cpu"] and row["mem_mib"] is None for row in found["targets"])


def test_evidence_is_marked_and_leaves_nothing_behind(project, capsys):
    """The text says what it is; no profile is stored, so that none is taken for ours; the profiler compares it with none."""
    before = sorted(project.glob(".codeflash/**/*"))
    capsys.readouterr()
    assert cli.main(["profile", "--from", str(FIXTURES / "pyspy.raw"), "--json", "evidence.json"]) == 0
    said = capsys.readouterr().out
    assert "no baseline, and no experiment opens on it" in said
    assert "| Reader.rows | parcels/reading.py:11 |" in said
    assert sorted(project.glob(".codeflash/**/*")) == before
    profiler = Path(cli.__file__).parents[2] / "languages/python/references/unified-profiling-script.py"
    done = subprocess.run(
        [sys.executable, str(profiler), "diff", "evidence.json", "evidence.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 96
    assert len(done.stderr.strip().splitlines()) == 1


def test_other_verbs_are_weighed_by_it(project, capsys):
    """A construct that production shows to be hot is a target of `scan`."""
    ask(capsys, FIXTURES / "pyspy.raw")
    assert cli.main(["profile", "--from", str(FIXTURES / "pyspy.raw"), "--json", "evidence.json"]) == 0
    capsys.readouterr()
    assert cli.main(["scan", "--own", "--profile", "evidence.json", "--json"]) == 1
    assert "json-round-trip" in {row["rule"] for row in json.loads(capsys.readouterr().out)["targets"]}


def test_an_installed_copy_is_the_project_and_a_namesake_is_not(project, capsys):
    """Frames in site-packages count when they are the project's own package; the standard library's never do."""
    (project / "src/parcels/decoder.py").write_text("def decode(text):\n    return text\n", encoding="utf-8")
    lines = [
        "run (/app/main.py:1);quote (/venv/lib/python3.11/site-packages/parcels/pricing.py:10) 6",
        "run (/app/main.py:1);decode (/usr/lib/python3.11/json/decoder.py:1) 3",
        "run (/app/main.py:1);quote (/venv/lib/python3.11/site-packages/other/parcels/pricing.py:10) 1",
    ]
    (project / "x.raw").write_text("\n".join(lines), encoding="utf-8")
    _, found = ask(capsys, "x.raw")
    rows = by_name(found)
    assert set(rows) == {QUOTE}
    assert rows[QUOTE]["cpu_own_percent"] == pytest.approx(60)


def test_a_function_that_moved_is_found_by_name_and_a_lost_one_is_said(project, capsys):
    """A profile of an older state: a name that is there once is meant, one that is gone is named in a note."""
    (project / "x.raw").write_text(
        "quote (parcels/pricing.py:900) 3\nvanished (parcels/pricing.py:7) 1\n", encoding="utf-8"
    )
    _, found = ask(capsys, "x.raw")
    assert by_name(found)[QUOTE]["cpu_own_percent"] == pytest.approx(75)
    assert any("vanished" in note for note in found["notes"])


def test_a_profile_of_another_program_is_the_honest_no(project, capsys):
    """Status 1 where nothing in the file is this project's."""
    (project / "x.raw").write_text("f (/elsewhere/g.py:1) 3\n", encoding="utf-8")
    status, found = ask(capsys, "x.raw")
    assert (status, found["functions"]) == (1, [])


def test_compressed_and_plain_pprof_are_the_same():
    """gzip, zstd and no compression lead to the same stacks."""
    plain = pprof.unpack((FIXTURES / "datadog.pprof.zst").read_bytes())
    assert reading.sniff(plain) == reading.sniff(gzip.compress(plain)) == "pprof"
    assert pprof.read(plain).time.stacks == pprof.read(gzip.compress(plain)).time.stacks


def test_a_library_that_calls_back_is_not_charged_for_it():
    """Time of cProfile's below `sum` that a function of the project's took is that function's, not the caller's of `sum`."""

    class Mine:
        def place(self, frame):
            return frame if frame.file == "mine.py" else None

    caller, callee, library = Frame("mine.py", "caller"), Frame("mine.py", "callee"), Frame("", "sum")
    measure = Measure("time", "seconds")
    measure.flat = [
        Flat(caller, 1.0, 10.0),
        Flat(library, 2.0, 9.0, {caller: 9.0}),
        Flat(callee, 7.0, 7.0, {library: 7.0}),
    ]
    found = table.sums(measure, Mine())
    assert found[caller].own == pytest.approx(3.0)
    assert found[callee].own == pytest.approx(7.0)


@pytest.mark.parametrize("name", [*TIMED, "scalene.json"])
def test_a_file_that_is_cut_off_ends_without_a_traceback(name):
    """Cut anywhere, a file is read up to there or refused in one line."""
    data = (FIXTURES / name).read_bytes()
    form = TIMED.get(name, "scalene")
    for length in range(1, len(data), max(1, len(data) // 60)):
        reading.sniff(data[:length])
        with contextlib.suppress(Unreadable):
            assert reading.parse(form, data[:length]).tool


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--from", "nowhere.prof"], "cannot read nowhere.prof"),
        (["--from", "pyproject.toml"], "say which by --format"),
        (["--from", "pyproject.toml", "--format", "perf"], "there are py-spy"),
        (["--from", "pyproject.toml", "--format", "cprofile"], "no file of cProfile"),
        (["--from", "pyproject.toml", "--format", "memray"], "cannot read"),
        (["--from", "empty.raw", "--format", "py-spy"], "holds no samples"),
        (["--from", "empty.raw", "--", "python"], "runs nothing"),
        (["--format", "pprof"], "give the file"),
    ],
)
def test_bad_input_is_one_line_and_status_2(project, capsys, argv, says):
    """What is wrong and what to do, on one line."""
    (project / "empty.raw").write_text("", encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["profile", *argv]) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert says in error[0]
