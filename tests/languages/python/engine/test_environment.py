"""Commands in a worktree run the worktree's code, whatever is installed in the environment."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys

import pytest

from codeflash_python import environment as environments
from codeflash_python.detect.setup import detect
from codeflash_python.origin import foreign_modules

from .conftest import commit_all, git, make_venv, share_tools, write

SHOW = "import orders; print(orders.__file__)"


def project_with_worktree(tmp_path, files, *, venv=True):
    """A committed project with `.venv` and a worktree inside it, where the session's worktrees are."""
    project = tmp_path / "project"
    write(
        project,
        {
            "pyproject.toml": '[project]\nname = "orders"\nversion = "1"\n',
            ".gitignore": ".venv/\n__pycache__/\n",
            **files,
        },
    )
    commit_all(project)
    if venv:
        make_venv(project / ".venv")
    tree = project / ".codeflash" / "worktrees" / "optimize"
    git(project, "worktree", "add", "-q", "--detach", str(tree))
    return project, tree


def run(setup, project, tree, command):
    """Run `command` in `tree` as the engine does and return what it prints."""
    environ = environments.environment(setup, project, tree)
    return subprocess.run(command, cwd=tree, env=environ, check=True, capture_output=True, text=True).stdout.strip()


def test_plain_path_file_of_an_editable_install_does_not_win(tmp_path):
    """With a `.pth` to the checkout's src the worktree's copy is what gets imported, and nothing is foreign."""
    project, tree = project_with_worktree(tmp_path, {"src/orders/__init__.py": ""})
    site = next((project / ".venv").glob("lib/python3*/site-packages"))
    (site / "_orders.pth").write_text(f"{project / 'src'}\n")
    setup = detect(project)
    assert run(setup, project, project, ["python", "-c", SHOW]) == str(project / "src/orders/__init__.py")
    assert run(setup, project, tree, ["python", "-c", SHOW]) == str(tree / "src/orders/__init__.py")
    assert foreign_modules(setup, project, tree) == []


@pytest.mark.slow
def test_real_editable_install_does_not_win(tmp_path):
    """After `pip install -e .` of a flat layout, which may install an import hook, the worktree's copy is imported."""
    files = {"orders/__init__.py": "", "setup.py": "from setuptools import setup\nsetup(packages=['orders'])\n"}
    project, tree = project_with_worktree(tmp_path, files, venv=False)
    subprocess.run([sys.executable, "-m", "venv", str(project / ".venv")], check=True)
    share_tools(project / ".venv")
    pip = [str(project / ".venv/bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", "-e", "."]
    subprocess.run(pip, cwd=project, check=True, capture_output=True)
    plain = [str(project / ".venv/bin/python"), "-c", SHOW]
    bare = subprocess.run(plain, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()
    assert bare == str(project / "orders/__init__.py")
    setup = detect(project)
    assert run(setup, project, tree, ["python", "-c", SHOW]) == str(tree / "orders/__init__.py")
    assert foreign_modules(setup, project, tree) == []


def test_hook_that_wins_is_reported(tmp_path):
    """An import hook that stands before the search path is named as foreign with the path it gives."""
    project, tree = project_with_worktree(tmp_path, {"src/orders/__init__.py": ""})
    site = next((project / ".venv").glob("lib/python3*/site-packages"))
    hook = (
        "import sys, importlib.util\n"
        "class Hook:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        return importlib.util.spec_from_file_location(name, {str(project / 'src/orders/__init__.py')!r}) if name == 'orders' else None\n"
        "sys.meta_path.insert(0, Hook())\n"
    )
    (site / "_hook.py").write_text(hook)
    (site / "_hook.pth").write_text("import _hook\n")
    setup = detect(project)
    assert foreign_modules(setup, project, tree) == [f"orders ({project / 'src/orders/__init__.py'})"]


def test_installed_copy_in_the_checkout_is_foreign(tmp_path):
    """Without the source root on the path, a copy installed in the project's own `.venv` does not count as its code."""
    project, _ = project_with_worktree(tmp_path, {"src/orders/__init__.py": ""})
    site = next((project / ".venv").glob("lib/python3*/site-packages"))
    write(site, {"orders/__init__.py": ""})
    setup = detect(project)
    setup.details["import_roots"] = ["elsewhere"]
    assert foreign_modules(setup, project, project) == [f"orders ({site / 'orders/__init__.py'})"]


def test_module_that_cannot_be_found_or_imported(tmp_path):
    """A package that raises when imported is judged by where it lies; one that is not there is foreign with the reason."""
    project, tree = project_with_worktree(tmp_path, {"src/orders/__init__.py": "raise SystemExit(3)\n"})
    setup = detect(project)
    assert foreign_modules(setup, project, tree) == []
    setup.packages = ["absent"]
    (line,) = foreign_modules(setup, project, tree)
    assert line.startswith("absent (ModuleNotFoundError")


def test_namespace_package(tmp_path):
    """A package inside a namespace is taken from the worktree."""
    project, tree = project_with_worktree(tmp_path, {"src/acme/orders/__init__.py": ""})
    setup = detect(project)
    assert setup.packages == ["acme.orders"]
    assert foreign_modules(setup, project, tree) == []


def test_extension_built_only_in_the_checkout_is_reported(tmp_path):
    """A compiled module that the worktree lacks is named, because without it the worktree runs other code."""
    project, tree = project_with_worktree(tmp_path, {"src/orders/__init__.py": ""})
    built = project / "src/orders/_speed.cpython-311-x86_64-linux-gnu.so"
    built.write_bytes(b"")
    setup = detect(project)
    assert foreign_modules(setup, project, tree) == [f"orders._speed (compiled only in {built})"]
    assert foreign_modules(setup, project, project) == []


def test_tools_and_settings_are_the_targets(tmp_path, monkeypatch):
    """`python` and scripts come from the environment, the user's path entries move to the tree, PYTHONHOME goes."""
    project, tree = project_with_worktree(tmp_path, {"src/orders/__init__.py": "", "extra/x.py": ""})
    monkeypatch.setenv("PYTHONPATH", f"{project / 'extra'}{os.pathsep}/opt/other")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("KEPT", "yes")
    setup = detect(project)
    environ = environments.environment(setup, project, tree)
    assert environ["PATH"].split(os.pathsep)[0] == str(project / ".venv/bin")
    assert environ["VIRTUAL_ENV"] == str(project / ".venv")
    assert environ["PYTHONPATH"].split(os.pathsep) == [
        str(tree / "src"),
        str(tree / "extra"),
        "/opt/other",
        str(environments.RUNNER),
    ]
    assert "PYTHONHOME" not in environ
    assert environ["KEPT"] == "yes"
    assert run(setup, project, tree, ["python", "-c", "import sys; print(sys.executable)"]) == setup.interpreter


def test_interpreter_that_is_not_called_python(tmp_path, monkeypatch):
    """Where the interpreter's folder has no `python`, both names start that interpreter all the same."""
    lone = tmp_path / "bin"
    lone.mkdir()
    (lone / "python3").symlink_to(os.path.realpath(sys.executable))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project, tree = project_with_worktree(tmp_path, {"orders/__init__.py": ""}, venv=False)
    setup = detect(project)
    setup.interpreter = str(lone / "python3")
    for name in ("python", "python3"):
        show = [name, "-c", "import sys, os; print(os.path.realpath(sys.executable))"]
        assert run(setup, project, tree, show) == os.path.realpath(sys.executable)


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_uv_run_in_a_worktree_uses_the_checkouts_environment(tmp_path):
    """`uv run python` in the worktree runs the worktree's code in the checkout's environment and makes no files."""
    project, tree = project_with_worktree(
        tmp_path, {"src/orders/__init__.py": "", "uv.lock": "version = 1\n"}, venv=False
    )
    subprocess.run(["uv", "venv", "-q", "--no-project", ".venv"], cwd=project, check=True)
    setup = detect(project)
    shown = run(
        setup, project, tree, ["uv", "run", "python", "-c", "import sys, orders; print(sys.prefix, orders.__file__)"]
    )
    assert shown.split() == [str(project / ".venv"), str(tree / "src/orders/__init__.py")]
    assert git(tree, "status", "--short", "--ignored").replace("!! src/orders/__pycache__/\n", "") == ""


def test_a_measured_run_has_a_fixed_hash_seed_and_others_the_users(tmp_path, monkeypatch):
    """Both sides of a measurement order their sets alike; tests run with the user's own setting."""
    monkeypatch.setenv("PYTHONHASHSEED", "123")
    project, tree = project_with_worktree(tmp_path, {"orders/__init__.py": ""}, venv=False)
    setup = detect(project)
    probe = tmp_path / "probe"
    probe.mkdir()
    assert environments.environment(setup, project, tree, probe)["PYTHONHASHSEED"] == "0"
    assert environments.environment(setup, project, tree)["PYTHONHASHSEED"] == "123"


def test_generated_modules_that_git_ignores_are_named_for_carrying_over(tmp_path):
    """A version module that a build wrote is found; caches and ignored files outside the package are not."""
    files = {"orders/__init__.py": "from orders._version import version\n", ".gitignore": "_version.py\n__pycache__/\n"}
    project, _ = project_with_worktree(tmp_path, files, venv=False)
    write(project, {"orders/_version.py": "version = '1'\n", "orders/__pycache__/x.pyc": "", "scratch/_version.py": ""})
    assert detect(project).details["carry"] == ["orders/_version.py"]


def test_an_extension_built_from_other_source_is_reported(tmp_path):
    """The checkout's build in a worktree whose compiled source differs is named with how to build it; its own build is not."""
    files = {"src/orders/__init__.py": "", "src/orders/_speed.c": "int one;\n"}
    project, tree = project_with_worktree(tmp_path, files)
    name = "src/orders/_speed.cpython-311-x86_64-linux-gnu.so"
    for place in (project, tree):
        (place / name).write_bytes(b"as built in the checkout")
    setup = detect(project)
    assert foreign_modules(setup, project, tree) == []
    (tree / "src/orders/_speed.c").write_text("int two;\n")
    (line,) = foreign_modules(setup, project, tree)
    assert "orders._speed (compiled from other source than src/orders/_speed.c" in line
    (tree / name).write_bytes(b"as built here")
    assert foreign_modules(setup, project, tree) == []


EXTENSION = """
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(%d); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_speed", "", -1, methods};
PyMODINIT_FUNC PyInit__speed(void) { return PyModule_Create(&module); }
"""
SETUP = """
from setuptools import Extension, setup
setup(name="orders", packages=["orders"], ext_modules=[Extension("orders._speed", ["orders/_speed.c"])])
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler on this machine")
def test_each_tree_builds_the_extensions_of_its_own_source(tmp_path):
    """Missing, changed, changed again: the tree's module is made from the tree's source, the checkout's stays as it was."""
    pytest.importorskip("setuptools")
    files = {
        "orders/__init__.py": "",
        "orders/_speed.c": EXTENSION % 1,
        "setup.py": SETUP,
        ".gitignore": "*.so\nbuild/\n",
    }
    project, tree = project_with_worktree(tmp_path, files, venv=False)
    build = [sys.executable, "setup.py", "build_ext", "--inplace", "--quiet"]
    subprocess.run(build, cwd=project, check=True, capture_output=True)
    setup = dataclasses.replace(detect(project), interpreter=sys.executable)

    def answer(place):
        code = "from orders._speed import answer; print(answer())"
        done = subprocess.run([sys.executable, "-c", code], cwd=place, check=True, capture_output=True, text=True)
        return int(done.stdout)

    assert foreign_modules(setup, project, tree) == []
    for wanted in (1, 2, 3):
        (tree / "orders" / "_speed.c").write_text(EXTENSION % wanted)
        assert foreign_modules(setup, project, tree) == []
        assert (answer(tree), answer(project)) == (wanted, 1)
    (tree / "orders" / "_speed.c").write_text("no C")
    (line,) = foreign_modules(setup, project, tree)
    assert "its build failed" in line
