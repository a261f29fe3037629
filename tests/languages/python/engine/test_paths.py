"""What paths of a repository are."""

from __future__ import annotations

import pytest

from codeflash_python.paths import kind_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/orders/core.py", "source"),
        ("src/orders/testing/helpers.py", "source"),
        ("README.md", "source"),
        ("tests/test_core.py", "test"),
        ("tests/data/input.toml", "test"),
        ("src/orders/tests/util.py", "test"),
        ("conftest.py", "test"),
        ("orders/core_test.py", "test"),
        ("benchmarks/run.py", "benchmark"),
        ("tests/benchmarks/test_speed.py", "benchmark"),
        ("scripts/bench_io.py", "benchmark"),
        ("asv.conf.json", "benchmark"),
        ("pyproject.toml", "configuration"),
        ("uv.lock", "configuration"),
        ("requirements-dev.txt", "configuration"),
        ("setup.py", "configuration"),
        (".github/workflows/tests.yml", "configuration"),
        (".github/scripts/test_x.py", "configuration"),
        (".coveragerc", "configuration"),
        ("src/sitecustomize.py", "configuration"),
        ("src\\orders\\core.py", "source"),
    ],
)
def test_kind_of(path, kind):
    """Every path has the one kind that decides how a change to it is judged."""
    assert kind_of(path) == kind
