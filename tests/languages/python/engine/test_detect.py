"""Detection on real projects laid out in temporary folders."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from codeflash_python.detect.setup import detect

from .conftest import commit_all, listing, make_venv, share_tools, write

SRC = {
    "pyproject.toml": '[project]\nname = "orders"\nversion = "1"\nrequires-python = ">=3.9"\n',
    "src/orders/__init__.py": "",
    "src/orders/core.py": "import asyncio\n",
    "tests/test_core.py": "import pytest\n\n\ndef test_one():\n    assert True\n",
    ".gitignore": ".venv/\n",
}


def test_src_layout_with_venv(tmp_path):
    """A src layout with `.venv` is run by that environment's own interpreter, with pytest over the tests folder."""
    make_venv(write(tmp_path, SRC) / ".venv")
    setup = detect(tmp_path)
    assert setup.runner == ".venv/bin/python"
    assert setup.interpreter == str(tmp_path / ".venv/bin/python")
    assert (setup.source_root, setup.packages) == ("src", ["orders"])
    assert setup.test_command == "python -m pytest -q tests"
    assert setup.frameworks == ["asyncio"]
    assert "yappi" in setup.profilers
    assert setup.problems == []


def test_detection_changes_nothing(tmp_path):
    """Detection leaves every file of a repository with an environment exactly as it was."""
    make_venv(write(tmp_path, SRC) / ".venv")
    commit_all(tmp_path)
    before = listing(tmp_path)
    detect(tmp_path)
    assert listing(tmp_path) == before


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_uv_environment(tmp_path):
    """A uv project is run through `uv run --no-sync` and detection writes no lock file."""
    write(tmp_path, {**SRC, "uv.lock": 'version = 1\nrequires-python = ">=3.9"\n'})
    subprocess.run(["uv", "venv", "-q", "--no-project", ".venv"], cwd=tmp_path, check=True)
    share_tools(tmp_path / ".venv")
    lock = (tmp_path / "uv.lock").read_text()
    setup = detect(tmp_path)
    assert (setup.manager, setup.runner) == ("uv", "uv run --no-sync python")
    assert setup.interpreter == str(tmp_path / ".venv/bin/python")
    assert (tmp_path / "uv.lock").read_text() == lock


def test_uv_without_environment(tmp_path):
    """A uv project without an environment is a problem that names `uv sync`."""
    setup = detect(write(tmp_path, {**SRC, "uv.lock": "version = 1\n"}))
    assert any("uv sync" in problem for problem in setup.problems)


def test_poetry_environment_in_its_cache(tmp_path, monkeypatch):
    """Poetry's environment is found in poetry's cache by the name that poetry gives it, without starting poetry."""
    project = tmp_path / "project"
    write(
        project,
        {
            "pyproject.toml": '[tool.poetry]\nname = "Orders App"\n[tool.poetry.dependencies]\npython = "^3.9"\n',
            "orders_app/__init__.py": "",
            "tests/test_core.py": "def test_one():\n    pass\n",
        },
    )
    digest = base64.urlsafe_b64encode(hashlib.sha256(os.path.realpath(project).encode()).digest()).decode()[:8]
    made = make_venv(tmp_path / "cache" / "virtualenvs" / f"orders_app-{digest}-py3.11")
    monkeypatch.setenv("POETRY_CACHE_DIR", str(tmp_path / "cache"))
    tool = write(tmp_path / "bin", {"poetry": "#!/bin/sh\nexit 1\n"}) / "poetry"
    without = detect(project)
    assert (without.manager, without.runner) == ("poetry", str(made / "bin/python"))
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    setup = detect(project)
    assert (setup.manager, setup.runner) == ("poetry", "poetry run python")
    assert setup.interpreter == str(made / "bin/python")
    assert setup.problems == []


def test_poetry_without_environment(tmp_path):
    """A poetry project without an environment is a problem that names `poetry install`."""
    files = {"pyproject.toml": '[tool.poetry]\nname = "x"\n', "x/__init__.py": "", "poetry.lock": ""}
    assert any("poetry install" in problem for problem in detect(write(tmp_path, files)).problems)


def test_conda_environment_by_name(tmp_path, monkeypatch):
    """A conda project is run by the environment that its environment.yml names, found in conda's own list."""
    project, home = tmp_path / "project", tmp_path / "home"
    made = make_venv(tmp_path / "conda" / "envs" / "orders")
    (made / "conda-meta").mkdir()
    write(home, {".conda/environments.txt": f"{tmp_path / 'conda'}\n{made}\n"})
    monkeypatch.setenv("HOME", str(home))
    write(project, {"environment.yml": "name: orders\ndependencies: [python]\n", "orders/__init__.py": ""})
    setup = detect(project)
    assert setup.manager == "conda"
    assert setup.interpreter == str(made / "bin/python")
    assert setup.details["environment_kind"] == "conda"


def test_pdm_interpreter_written_down(tmp_path):
    """The interpreter that pdm wrote into `.pdm-python` is the project's."""
    made = make_venv(tmp_path / "elsewhere")
    project = write(
        tmp_path / "p", {"pdm.lock": "", ".pdm-python": f"{made}/bin/python", "pyproject.toml": "", "p.py": ""}
    )
    setup = detect(project)
    assert (setup.manager, setup.interpreter) == ("pdm", str(made / "bin/python"))


def test_no_environment_names_the_missing_dependency(tmp_path):
    """Without an environment the missing runtime dependency is named with the command that installs it."""
    files = {**SRC, "pyproject.toml": '[project]\nname = "orders"\ndependencies = ["surely-not-installed>=1"]\n'}
    (problem,) = [one for one in detect(write(tmp_path, files)).problems if "surely-not-installed" in one]
    assert "no environment of the project's" in problem
    assert "python3 -m venv .venv && .venv/bin/python -m pip install -e . pytest" in problem


def test_dependency_that_does_not_apply_is_not_missed(tmp_path):
    """A requirement whose marker excludes the target interpreter is not reported as missing."""
    pyproject = '[project]\nname = "orders"\ndependencies = ["surely-not-installed; python_version < \'3\'"]\n'
    make_venv(write(tmp_path, {**SRC, "pyproject.toml": pyproject}) / ".venv")
    assert detect(tmp_path).problems == []


def test_wrong_version(tmp_path):
    """An interpreter outside `requires-python` is a problem with both versions in it."""
    make_venv(
        write(tmp_path, {**SRC, "pyproject.toml": '[project]\nname = "orders"\nrequires-python = ">=4.0"\n'}) / ".venv"
    )
    assert any(">=4.0" in problem for problem in detect(tmp_path).problems)


def test_pytest_missing(tmp_path):
    """Tests that need pytest, in an environment without it, are a problem with the command that adds it."""
    make_venv(write(tmp_path, SRC) / ".venv", tools=False)
    setup = detect(tmp_path)
    assert [one for one in setup.problems if "pytest" in one] == [
        "the tests need pytest, which the project's interpreter cannot import: .venv/bin/python -m pip install pytest"
    ]


def test_declared_pytest_missing_from_a_managed_environment(tmp_path):
    """Where the project declares pytest and its tool did not install it, the tool's own command is what helps."""
    pyproject = '[tool.poetry]\nname = "orders"\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n'
    make_venv(write(tmp_path, {**SRC, "pyproject.toml": pyproject}) / ".venv", tools=False)
    (problem,) = [one for one in detect(tmp_path).problems if "the tests need pytest" in one]
    assert problem.endswith("cannot import: poetry install")


def test_unittest_where_pytest_is_missing(tmp_path):
    """Tests of the standard library's kind run with unittest where the environment has no pytest."""
    files = {**SRC, "tests/test_core.py": "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n"}
    make_venv(write(tmp_path, {**files, "tests/__init__.py": ""}) / ".venv", tools=False)
    setup = detect(tmp_path)
    assert setup.test_command == "python -m unittest discover -s tests -t ."
    assert setup.problems == []


def test_no_tests(tmp_path):
    """A project without tests has no test command and a problem that says what that means."""
    files = {name: text for name, text in SRC.items() if not name.startswith("tests/")}
    make_venv(write(tmp_path, files) / ".venv")
    setup = detect(tmp_path)
    assert setup.test_command is None
    assert any("no tests were found" in problem for problem in setup.problems)


def test_import_missing_from_the_tests(tmp_path):
    """What the tests import at their top and the interpreter cannot find is named."""
    files = {
        **SRC,
        "tests/test_core.py": "import surely_absent\nimport helper\ndef test_one(): pass\n",
        "tests/helper.py": "",
    }
    make_venv(write(tmp_path, files) / ".venv")
    (problem,) = detect(tmp_path).problems
    assert "surely_absent" in problem
    assert "helper" not in problem


def test_configured_test_paths_are_left_to_pytest(tmp_path):
    """`testpaths` in the project's settings is respected by naming no folder."""
    pyproject = SRC["pyproject.toml"] + '[tool.pytest.ini_options]\ntestpaths = ["tests"]\naddopts = "--cov=orders"\n'
    make_venv(write(tmp_path, {**SRC, "pyproject.toml": pyproject}) / ".venv")
    setup = detect(tmp_path)
    assert setup.test_command == "python -m pytest -q"
    assert any("--cov" in problem and "pytest-cov" in problem for problem in setup.problems)


def test_stand_in_that_fails_is_passed_over(tmp_path, monkeypatch):
    """A `python` on PATH that fails, as version managers' stand-ins do, is passed over and its reason noted."""
    shims = write(tmp_path / "shims", {"python": "#!/bin/sh\necho 'version 9.9 is not installed' >&2\nexit 127\n"})
    (shims / "python").chmod(0o755)
    monkeypatch.setenv("PATH", f"{shims}:{os.environ['PATH']}")
    setup = detect(write(tmp_path / "project", SRC))
    assert setup.interpreter
    assert any("version 9.9 is not installed" in note for note in setup.notes)


def test_nothing_starts(tmp_path, monkeypatch):
    """A project whose named interpreter does not start keeps a setup with a problem, not an error."""
    monkeypatch.setenv("CODEFLASH_TARGET_PYTHON", "./missing/python")
    setup = detect(write(tmp_path, SRC))
    assert any("CODEFLASH_TARGET_PYTHON" in problem for problem in setup.problems)


def test_named_interpreter_wins(tmp_path, environment, monkeypatch):
    """CODEFLASH_TARGET_PYTHON decides over an environment in the project."""
    make_venv(write(tmp_path, SRC) / ".venv")
    monkeypatch.setenv("CODEFLASH_TARGET_PYTHON", str(environment / "bin/python"))
    assert detect(tmp_path).interpreter == str(environment / "bin/python")


def test_continuous_integration_and_codeflash(tmp_path):
    """Workflows, pre-commit and the codeflash package are told in the notes."""
    files = {
        **SRC,
        ".github/workflows/ci.yml": "",
        ".pre-commit-config.yaml": "",
        "pyproject.toml": '[project]\nname = "orders"\n[dependency-groups]\ndev = ["codeflash"]\n',
    }
    make_venv(write(tmp_path, files) / ".venv")
    setup = detect(tmp_path)
    assert setup.details["ci"] == [".github/workflows/ci.yml"]
    assert setup.details["codeflash_package"]
    assert any("pre-commit" in note for note in setup.notes)


def test_malformed_pyproject(tmp_path):
    """A pyproject.toml that cannot be read is a problem and the rest is still detected."""
    setup = detect(write(tmp_path, {**SRC, "pyproject.toml": "[project\n"}))
    assert any("pyproject.toml cannot be read" in problem for problem in setup.problems)
    assert setup.packages == ["orders"]


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"benchmarks/bench_io.py": "if __name__ == '__main__': pass\n"}, "python benchmarks/bench_io.py"),
        ({"scripts/benchmark.py": "if __name__ == '__main__': pass\n"}, "python scripts/benchmark.py"),
        ({"scripts/release.py": "if __name__ == '__main__': pass\n"}, None),
        ({"bench.py": "if __name__ == '__main__': pass\n", "benchmarks/helper.py": ""}, "python bench.py"),
        (
            {"tests/test_speed.py": "def test_x(benchmark): pass\n"},
            "python -m codeflash_bench pytest -q tests/test_speed.py",
        ),
        (
            {"benchmarks/bench_y.py": "import os\n\nclass Suite:\n    def time_x(self): pass\n"},
            "python -m codeflash_bench asv benchmarks/bench_y.py",
        ),
        ({"benchmarks/bench_y.py": "def time_x(): pass\n"}, "python -m codeflash_bench asv benchmarks/bench_y.py"),
    ],
)
def test_benchmark_command(tmp_path, files, command):
    """Benchmarks by name or by their tool that can be run become the benchmark command; others do not."""
    make_venv(write(tmp_path, {**SRC, **files}) / ".venv")
    assert detect(tmp_path).benchmark_command == command


def test_benchmark_that_lacks_its_tool(tmp_path):
    """A pytest-benchmark suite is a candidate that reports its own figures, not the command, where the plugin is missing."""
    make_venv(write(tmp_path, {**SRC, "tests/test_speed.py": "def test_x(benchmark): pass\n"}) / ".venv", tools=False)
    (candidate,) = detect(tmp_path).details["benchmark_candidates"]
    assert candidate["command"] == "python -m codeflash_bench pytest -q tests/test_speed.py"
    assert candidate["ready"] is False


def test_a_benchmark_that_cannot_start_is_not_chosen_and_says_why(tmp_path):
    """A script whose imports the target lacks is listed with what is missing, and no benchmark command is set."""
    script = "import json\nimport no_such_table_maker\nimport orders\n\nif __name__ == '__main__':\n    print(1)\n"
    make_venv(write(tmp_path, {**SRC, "benchmark.py": script}) / ".venv")
    setup = detect(tmp_path)
    (candidate,) = setup.details["benchmark_candidates"]
    assert (candidate["ready"], list(candidate["needs"])) == (False, ["no_such_table_maker"])
    assert setup.benchmark_command is None


def test_recognises(tmp_path):
    """A folder with a build file and no code of the language is not recognised, one module is enough."""
    from codeflash_python import language

    write(tmp_path, {"pyproject.toml": ""})
    assert not language().recognises(tmp_path)
    write(tmp_path, {"deep/inside/one.py": ""})
    assert language().recognises(Path(tmp_path))


def test_a_benchmark_that_takes_a_seed_has_a_second_input(tmp_path):
    """A script with a --seed option is noted with the command of a second input; one without is not."""
    main = "if __name__ == '__main__':\n    print(1)\n"
    seeded = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--seed', type=int)\n" + main
    make_venv(write(tmp_path, {**SRC, "benchmark.py": seeded}) / ".venv")
    assert any("takes `python benchmark.py --seed 20011` as --second" in note for note in detect(tmp_path).notes)
    write(tmp_path, {"benchmark.py": "# no --seeding here\n" + main})
    assert not any("--second" in note for note in detect(tmp_path).notes)
