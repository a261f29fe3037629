"""The sources behind a benchmark command."""

from __future__ import annotations

import pytest

from codeflash_python import workload


@pytest.fixture
def tree(tmp_path):
    """A project with a package, tests, and a benchmark."""
    for name, text in {
        "bench.py": "bench = 1",
        "src/app/__init__.py": "",
        "src/app/cli.py": "cli = 1",
        "src/app/__main__.py": "main = 1",
        "tests/test_app.py": "tests = 1",
        "tests/helper.py": "helper = 1",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python bench.py --size 10", {"bench.py"}),
        ("python -m app.cli run", {"src/app/cli.py"}),
        ("python -m app", {"src/app/__main__.py"}),
        ("pytest tests/test_app.py::test_one -q", {"tests/test_app.py"}),
        ("pytest -q tests", {"tests/test_app.py"}),
        ("python -c 'import app; app.run(7)'", {"-c"}),
        ("pytest -q", set()),
        ("python ../outside.py", set()),
        ("python 'unclosed", set()),
        ("python missing.py", set()),
    ],
)
def test_sources_of_a_command(tree, command, expected):
    """Scripts, modules, tests and text are found; what is not there or not the project's is left out."""
    (tree.parent / "outside.py").write_text("x = 1", encoding="utf-8")
    assert set(workload.sources(tree, "src", command)) == expected
