"""The scaling test: exponents of known growth, and what it says of expressions that fail."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from profiler import scaling

from .conftest import SCRIPT


def scale(*words, cwd):
    """Run the built file's `scaling`."""
    command = [sys.executable, str(SCRIPT), "scaling", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def test_exponents_of_real_calls(tmp_path):
    """A membership test in a list within a loop is quadratic, a pass over it is linear, by the current folder's code."""
    (tmp_path / "mine.py").write_text(
        "def quadratic(data):\n    return [x for x in data if -x in data]\ndef linear(data):\n    return [x + 1 for x in data]\n",
        encoding="utf-8",
    )
    for name, n, power in (("quadratic", 100, 2), ("linear", 4000, 1)):
        words = ("--setup", f"from mine import {name}", "--data", "list(range(1, n))", "--n", str(n), "--json")
        done = scale(*words, f"{name}(data)", cwd=tmp_path)
        found = json.loads(done.stdout)
        assert found["exponent"] == pytest.approx(power, abs=0.3), found
        assert found["interval"][0] <= found["exponent"] <= found["interval"][1]
        assert list(found["seconds"]) == [str(n * factor) for factor in (1, 2, 4, 8)]


def test_a_call_that_changes_its_data_gets_fresh_ones(tmp_path):
    """With --fresh each call empties a list of its own."""
    done = scale("--data", "[1] * n", "--n", "500", "--fresh", "[data.pop() for _ in range(n)]", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "time grows as n^" in done.stdout
    done = scale("--data", "[1] * n", "--n", "500", "[data.pop() for _ in range(n)]", cwd=tmp_path)
    assert done.returncode == 96
    assert "the call fails: IndexError" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("f(",), "the call fails: SyntaxError"),
        (("--setup", "import no_such_module", "1"), "--setup fails: ModuleNotFoundError"),
        (("--data", "m", "1"), "--data fails: NameError"),
        (("--n", "0", "1"), "--n is at least 1"),
        (("--rounds", "2", "1"), "--rounds at least 6"),
        ((), "see scaling --help"),
    ],
)
def test_what_fails_is_one_line(tmp_path, words, said):
    """Bad expressions and arguments end in one line and the status of bad arguments."""
    done = scale(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (96, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_exact_powers_are_found_exactly():
    """Times that follow a power give that power, whatever the constant; the interval is from lowest to highest of seven."""
    rounds = [{n: factor * n**1.5 for n in (10, 20, 40, 80)} for factor in (1e-6, 2e-6, 3e-6, 1e-6, 5e-6, 1e-6, 9e-6)]
    found = scaling.fit(rounds)
    assert found["exponent"] == pytest.approx(1.5)
    assert found["interval"] == pytest.approx([1.5, 1.5])
    assert found["confidence"] == pytest.approx(1 - 2 / 2**7)


def test_interval_of_order_statistics():
    """With more rounds extremes are left out as far as the interval still holds the median in 95 of 100 cases."""
    assert scaling._order(6) == (0, pytest.approx(0.96875))
    assert scaling._order(7) == (0, pytest.approx(0.984375))
    assert scaling._order(9) == (1, pytest.approx(0.9609375))
    assert scaling._order(20) == (5, pytest.approx(0.9586105))
