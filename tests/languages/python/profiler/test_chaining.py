"""What programs do to their own interpreter works as ever, and they see of it what they would see without us.

Each case is a small program of its own that prints what it meets. A driver runs them all as child processes, once
without the profiler and once in every pass, and output, errors and exit status must be the same.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess

import pytest

from .conftest import interpreter
from .programs import CASES, DRIVER, PREPARE

# CPython 3.9 hangs when a subinterpreter is made while tracemalloc traces, whoever traces.
PASSES = {"3.9": ("joint", "calls"), "3.13": ("joint", "allocations", "calls", "async")}
# Of each case, what a pass may not hide; everything else must be the same to the letter.
ACCEPTED = {
    # A warning about a leaked file says where it was allocated once tracemalloc traces, as this pass does.
    "allocations": {"leaked_file"},
    # The counter is called at each start of a function: a debugger meets it, and the deepest call has one frame less.
    "calls": {"pdb", "recursion"},
}
BEFORE_MONITORING = {"looks", "looks_without_path", "no_user_site"}  # `_lsprof` is what sys.getprofile() gives


@pytest.mark.parametrize("version", sorted(PASSES))
def test_programs_see_no_difference(profile, tmp_path, version):
    """Every case prints, fails and exits in each pass as it does without the profiler, and most are observed."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no CPython {version} on this machine")
    results = tmp_path / "results"
    results.mkdir()
    for name, text in {**PREPARE, **{f"case_{name}.py": case.text for name, case in CASES.items()}}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = {name: {"options": case.options, "environment": case.environment} for name, case in CASES.items()}
    (tmp_path / "cases.json").write_text(json.dumps(settings), encoding="utf-8")
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run([python, "driver.py"], cwd=tmp_path, env=environment, check=True, timeout=120)
    (bare,) = results.glob("*.json")
    expected = json.loads(bare.read_text(encoding="utf-8"))
    bare.unlink()
    assert all(row["code"] is not None for row in expected.values())
    accepted = {**ACCEPTED, **({"calls": {*ACCEPTED["calls"], *BEFORE_MONITORING}} if version == "3.9" else {})}
    words = ("--passes", ",".join(PASSES[version]), "--memory", "tracemalloc")
    done = profile("python", "driver.py", python=python, options=words, env=environment)
    assert done.code == 0, done.err
    files = sorted(results.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    assert len(files) == len(PASSES[version]), done.err
    assert len(done.document["processes"]) > len(CASES) * 0.9
    differing = {}
    for name, file in zip(PASSES[version], files):
        found = json.loads(file.read_text(encoding="utf-8"))
        assert found.keys() == expected.keys()
        differing[name] = {
            case: (expected[case], found[case])
            for case in found
            if plain(found[case]) != plain(expected[case]) and case not in accepted.get(name, ())
        }
    lines = [
        f"{name}, {case}, {key}: {line}"
        for name, cases in differing.items()
        for case, (before, now) in cases.items()
        for key in before
        for line in difflib.ndiff(str(before[key]).splitlines(), str(now[key]).splitlines())
        if not line.startswith((" ", "?")) and str(before[key]) != str(now[key])
    ]
    assert not any(differing.values()), "\n".join(lines)


def plain(row):
    """What a case printed, without what differs from run to run, such as addresses.

    Where the environment's own `sitecustomize` exits, the interpreter shows a traceback, and one frame in it is ours.
    """
    ours = r'  File "[^"]*codeflash-profile-[^"]*", line \d+, in <module>\n(?:    .*\n)*'
    varying = r"0x[0-9a-f]+|started \d+|pid=\d+"
    return {key: re.sub(varying, "#", re.sub(ours, "", value)) for key, value in row.items() if key != "code"}, row[
        "code"
    ]
