"""The launcher, run as people and agents run it: as one executable, in all kinds of surroundings."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "plugin"
# A small engine that shows what it was started with.
CLI = """
import json, os, sys
def main(argv):
    print(json.dumps({"argv": argv, "cwd": os.getcwd(), "prefix": sys.prefix, "env": dict(os.environ), "path": sys.path}))
    return 7
"""


def make_plugin(folder):
    """A plugin folder with the real launcher and a small engine."""
    shutil.copytree(PLUGIN / "bin", folder / "bin")
    (folder / "engine" / "codeflash_agent").mkdir(parents=True)
    for name in ("launch.py", "bootstrap.py", "requirements.txt"):
        shutil.copy(PLUGIN / "engine" / name, folder / "engine" / name)
    (folder / "engine" / "codeflash_agent" / "__init__.py").touch()
    (folder / "engine" / "codeflash_agent" / "cli.py").write_text(CLI)
    return folder / "bin" / "codeflash-agent"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache with a ready environment, made by one first start through the launcher."""
    home = tmp_path_factory.mktemp("cache")
    launcher = make_plugin(tmp_path_factory.mktemp("first") / "plugin")
    done = start(launcher, XDG_CACHE_HOME=str(home))
    assert done.returncode == 7, done.stderr
    assert "making the engine's environment" in done.stderr
    return home


def start(launcher, *arguments, cwd=None, path=None, **environ):
    """Run the launcher; a value of None takes a variable away."""
    full = {**os.environ, **environ}
    if path is not None:
        full["PATH"] = path
    full = {name: value for name, value in full.items() if value is not None}
    return subprocess.run([str(launcher), *arguments], cwd=cwd, env=full, capture_output=True, text=True, check=False)


def test_executable_bit_is_committed():
    """Git has the launcher as an executable, so that an installed plugin can run it."""
    if not (PLUGIN.parent / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-s", "bin/codeflash-agent"], cwd=PLUGIN, check=True, capture_output=True, text=True
    )
    assert listed.stdout.startswith("100755")


def test_arguments_folder_and_status_pass_through(tmp_path, cache):
    """Arguments with spaces, the current folder and the engine's exit status are passed on."""
    done = start(make_plugin(tmp_path / "p"), "a", "b  c", "", "*", cwd=tmp_path, XDG_CACHE_HOME=str(cache))
    assert (done.returncode, done.stderr) == (7, "")
    shown = json.loads(done.stdout)
    assert shown["argv"] == ["a", "b  c", "", "*"]
    assert shown["cwd"] == str(tmp_path)
    assert shown["prefix"].startswith(str(cache))


def test_environment_is_the_users(tmp_path, cache):
    """The engine sees exactly the environment that the launcher got, PYTHON settings and odd names included."""
    ours = {
        "XDG_CACHE_HOME": str(cache),
        "PYTHONPATH": "/users/own",
        "PYTHONHOME": "/users/home",
        "VIRTUAL_ENV": "/users/venv",
        "PYTHONDONTWRITEBYTECODE": "1",
        "IFS_LIKE": "a b",
        "name": "kept",
        "root": "kept",
    }
    done = start(make_plugin(tmp_path / "p"), **ours)
    shown = json.loads(done.stdout)
    expected = {**os.environ, **ours}
    assert {
        key: value for key, value in shown["env"].items() if key not in ("_", "PWD", "OLDPWD", "SHLVL", "LC_CTYPE")
    } == {key: value for key, value in expected.items() if key not in ("_", "PWD", "OLDPWD", "SHLVL", "LC_CTYPE")}
    assert "/users/own" not in shown["path"]


def test_first_start_with_hostile_settings(tmp_path):
    """The environment is made whole although the user's settings point Python, pip and uv elsewhere."""
    done = start(
        make_plugin(tmp_path / "p"),
        XDG_CACHE_HOME=str(tmp_path / "c"),
        PYTHONPATH=str(tmp_path),
        PYTHONHOME="/nowhere",
        VIRTUAL_ENV="/nowhere",
        PIP_TARGET=str(tmp_path / "t"),
        PIP_REQUIRE_VIRTUALENV="1",
        PIP_USER="1",
        UV_PROJECT_ENVIRONMENT="/nowhere",
        UV_TARGET=str(tmp_path / "t"),
    )
    assert done.returncode == 7, done.stderr
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize("name", ["with space", "quote'and\"", "dollar$HOME"])
def test_odd_plugin_folders(tmp_path, cache, name):
    """A plugin folder with spaces, quotes or dollars in its name works."""
    assert start(make_plugin(tmp_path / name), XDG_CACHE_HOME=str(cache)).returncode == 7


def test_symbolic_links(tmp_path, cache):
    """The launcher finds its plugin through a link to itself, a relative link, and a link to the plugin's folder."""
    launcher = make_plugin(tmp_path / "p")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "one").symlink_to(launcher)
    (tmp_path / "bin" / "two").symlink_to("one")
    (tmp_path / "linked").symlink_to(tmp_path / "p")
    for path in (tmp_path / "bin/one", tmp_path / "bin/two", tmp_path / "linked/bin/codeflash-agent"):
        assert start(path, XDG_CACHE_HOME=str(cache)).returncode == 7
    found = start("two", XDG_CACHE_HOME=str(cache), path=f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    assert found.returncode == 7


def test_cdpath_and_relative_start(tmp_path, cache):
    """A relative start works in spite of CDPATH."""
    make_plugin(tmp_path / "p")
    full = {**os.environ, "XDG_CACHE_HOME": str(cache), "CDPATH": "/usr:/tmp"}
    done = subprocess.run(
        ["sh", "bin/codeflash-agent"], cwd=tmp_path / "p", env=full, capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr


def broken_python(folder, *names):
    """Stand-ins that fail, as version managers' do for a version that is not installed."""
    folder.mkdir()
    for name in names:
        (folder / name).write_text("#!/bin/sh\necho 'version not installed' >&2\nexit 127\n")
        (folder / name).chmod(0o755)
    return folder


def test_stand_ins_that_fail_are_passed_over(tmp_path):
    """The first start looks behind failing stand-ins on PATH for an interpreter that runs."""
    shims = broken_python(tmp_path / "shims", "python3", "python", "python3.11", "uv")
    good = tmp_path / "good"
    good.mkdir()
    (good / "python3").symlink_to(sys.executable)
    done = start(make_plugin(tmp_path / "p"), path=f"{shims}:{good}:/usr/bin:/bin", XDG_CACHE_HOME=str(tmp_path / "c"))
    assert done.returncode == 7, done.stderr


def test_stand_in_that_depends_on_the_folder(tmp_path):
    """A stand-in that fails only where the current folder asks for a missing version still serves."""
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "python3").write_text(f'#!/bin/sh\n[ -e .python-version ] && exit 127\nexec "{sys.executable}" "$@"\n')
    (shims / "python3").chmod(0o755)
    project = tmp_path / "project"
    project.mkdir()
    (project / ".python-version").write_text("2.1\n")
    empty = tmp_path / "none"
    done = start(
        make_plugin(tmp_path / "p"),
        cwd=project,
        path=f"{shims}:{shutil.which('sh') and '/bin'}",
        XDG_CACHE_HOME=str(tmp_path / "c"),
        PYENV_ROOT=str(empty),
    )
    assert done.returncode == 7, done.stderr
    assert json.loads(done.stdout)["cwd"] == str(project)


def test_named_interpreter(tmp_path):
    """CODEFLASH_PYTHON decides, and one that does not work is a one-line error."""
    launcher = make_plugin(tmp_path / "p")
    done = start(launcher, CODEFLASH_PYTHON=str(tmp_path / "none"), XDG_CACHE_HOME=str(tmp_path / "c"))
    assert done.returncode == 2
    assert done.stderr == (
        f"codeflash-agent: CODEFLASH_PYTHON={tmp_path / 'none'} is not a working CPython >= 3.9; point it at one, or unset it\n"
    )
    done = start(launcher, CODEFLASH_PYTHON=sys.executable, XDG_CACHE_HOME=str(tmp_path / "c"))
    assert done.returncode == 7, done.stderr


def test_no_network(tmp_path):
    """Without a package index the first start is one clear line with the log's path, status 2, and leaves nothing half-made."""
    done = start(
        make_plugin(tmp_path / "p"),
        XDG_CACHE_HOME=str(tmp_path / "c"),
        HOME=str(tmp_path),
        UV_CACHE_DIR=str(tmp_path / "uv"),
        UV_OFFLINE="1",
        UV_FIND_LINKS=None,
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=None,
        PIP_CONFIG_FILE=os.devnull,
        PIP_CACHE_DIR=str(tmp_path / "pip"),
        CODEFLASH_PYTHON=sys.executable,
    )
    assert done.returncode == 2
    (line,) = [one for one in done.stderr.splitlines() if "making the engine's" not in one]
    log = tmp_path / "c" / "codeflash" / "engine-setup.log"
    assert line.startswith("codeflash-agent: cannot make the engine's environment: its packages could not be installed")
    assert str(log) in line
    assert "exit status 1" in log.read_text()
    assert [path for path in log.parent.iterdir() if path.is_dir()] == []


def test_read_only_home(tmp_path):
    """Where the home cannot be written the environment lies in the temporary folder, closed to others, and is found again."""
    launcher = make_plugin(tmp_path / "p")
    blocked = tmp_path / "file"
    blocked.write_text("")  # a file where a folder is wanted stops root too
    spare = tmp_path / "t"
    spare.mkdir()
    settings = {
        "HOME": str(blocked),
        "XDG_CACHE_HOME": None,
        "TMPDIR": str(spare),
        "PYENV_ROOT": os.environ.get("PYENV_ROOT", "/nope"),
    }
    settings["CODEFLASH_PYTHON"] = sys.executable
    settings["UV_CACHE_DIR"] = str(tmp_path / "uv")
    first = start(launcher, **settings)
    assert first.returncode == 7, first.stderr
    folder = spare / f"codeflash-{os.getuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    again = start(launcher, **settings)
    assert (again.returncode, again.stderr) == (7, "")
    assert json.loads(again.stdout)["prefix"].startswith(str(folder))


def test_temporary_folder_of_somebody_else(tmp_path):
    """A folder in the temporary folder that others can write is not trusted."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    spare = tmp_path / "t" / f"codeflash-{os.getuid()}"
    spare.mkdir(parents=True)
    spare.chmod(0o777)
    done = start(
        make_plugin(tmp_path / "p"),
        HOME=str(blocked),
        XDG_CACHE_HOME=None,
        TMPDIR=str(spare.parent),
        CODEFLASH_PYTHON=sys.executable,
    )
    assert done.returncode == 2
    assert "can be written" in done.stderr
    assert list(spare.iterdir()) == []


def test_concurrent_first_starts(tmp_path):
    """Four first starts at once all succeed and leave one whole environment."""
    launcher = make_plugin(tmp_path / "p")
    environ = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "c")}
    running = [
        subprocess.Popen(
            [str(launcher), str(number)], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for number in range(4)
    ]
    outputs = [(process.communicate(timeout=300), process.returncode) for process in running]
    assert [status for _, status in outputs] == [7] * 4, outputs
    assert len({json.loads(out)["prefix"] for (out, _), _ in outputs}) == 1
    folders = [path.name for path in (tmp_path / "c" / "codeflash").iterdir() if path.is_dir()]
    assert len(folders) == 1
    assert sum("making" in err for (_, err), _ in outputs) == 1


def test_changed_requirements_make_a_new_environment(tmp_path, cache):
    """Another version of the plugin with other requirements does not run in the old environment."""
    launcher = make_plugin(tmp_path / "p")
    requirements = tmp_path / "p" / "engine" / "requirements.txt"
    requirements.write_text(requirements.read_text() + "# another version\n")
    shutil.copytree(cache, tmp_path / "c", symlinks=True)
    done = start(launcher, XDG_CACHE_HOME=str(tmp_path / "c"))
    assert done.returncode == 7
    assert "making the engine's environment" in done.stderr


def test_damaged_environment(tmp_path, cache):
    """An environment that lost its interpreter is made again; one that lost packages is named with what to do."""
    launcher = make_plugin(tmp_path / "p")
    (tmp_path / "p" / "engine" / "codeflash_agent" / "cli.py").write_text("import filelock\n" + CLI)
    shutil.copytree(cache, tmp_path / "c", symlinks=True)
    (pointer,) = (tmp_path / "c" / "codeflash").glob("engine-*.path")
    environment = tmp_path / "c" / "codeflash" / Path(pointer.read_text().strip()).name
    pointer.write_text(f"{environment}\n")
    shutil.rmtree(next(environment.glob("lib/python3*/site-packages/filelock")))
    done = start(launcher, XDG_CACHE_HOME=str(tmp_path / "c"))
    assert done.returncode == 2
    assert f"rm -rf '{environment}'" in done.stderr
    (environment / "bin" / "python").unlink()
    done = start(launcher, XDG_CACHE_HOME=str(tmp_path / "c"))
    assert done.returncode == 7, done.stderr


def test_incomplete_plugin(tmp_path):
    """A launcher without its engine asks for a new installation."""
    shutil.copytree(PLUGIN / "bin", tmp_path / "bin")
    done = start(tmp_path / "bin" / "codeflash-agent")
    assert done.returncode == 2
    assert "incomplete" in done.stderr
    assert "install it again" in done.stderr


def test_reader_that_goes_away(tmp_path, cache):
    """`… | head` ends without a traceback."""
    launcher = make_plugin(tmp_path / "p")
    (tmp_path / "p" / "engine" / "codeflash_agent" / "cli.py").write_text(
        "def main(argv):\n    for _ in range(100000): print('x' * 100)\n    return 0\n"
    )
    command = f"'{launcher}' | head -1"
    done = subprocess.run(
        command,
        shell=True,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


def test_plugin_folder_is_never_written(tmp_path, cache):
    """A start leaves no compiled modules or other files in the plugin's folder."""
    launcher = make_plugin(tmp_path / "p")
    before = sorted((tmp_path / "p").rglob("*"))
    start(launcher, XDG_CACHE_HOME=str(cache), PYTHONDONTWRITEBYTECODE=None)
    assert sorted((tmp_path / "p").rglob("*")) == before


def test_whole_plugin_starts(cache):
    """The real engine answers `--help` through the launcher."""
    done = start(PLUGIN / "bin" / "codeflash-agent", "--help", XDG_CACHE_HOME=str(cache))
    assert done.returncode == 0, done.stderr
    assert "profile" in done.stdout


def test_a_start_notes_that_the_environment_is_used(tmp_path, cache):
    """Each start leaves a mark in the environment, renewed at most once a day."""
    launcher = make_plugin(tmp_path / "plugin")
    environment = next(path for path in (cache / "codeflash").glob("engine-*-cp*") if path.is_dir())
    used = environment / "used"
    start(launcher, XDG_CACHE_HOME=str(cache))
    os.utime(used, (1e9, 1e9))
    start(launcher, XDG_CACHE_HOME=str(cache))
    renewed = used.stat().st_mtime
    assert renewed > 1e9
    os.utime(used, (renewed - 3600, renewed - 3600))
    start(launcher, XDG_CACHE_HOME=str(cache))
    assert used.stat().st_mtime == pytest.approx(renewed - 3600)


def _aged(folder, days, *, used_days=None):
    """An environment of some other version, made and last used so many days ago."""
    folder.mkdir()
    (folder / "requirements.txt").touch()
    then = time.time() - days * 86400
    if used_days is not None:
        (folder / "used").touch()
        os.utime(folder / "used", (time.time() - used_days * 86400,) * 2)
    for path in (folder / "requirements.txt", folder):
        os.utime(path, (then, then))
    return folder


def test_environments_unused_for_a_month_are_removed(tmp_path):
    """Where one is made anew those that nothing started with for 30 days go, with what points to them; others stay."""
    sys.path.insert(0, str(PLUGIN / "engine"))
    import bootstrap

    current = _aged(tmp_path / "engine-aaa-cp311", 90)
    old = _aged(tmp_path / "engine-bbb-cp311", 90)
    old_but_used = _aged(tmp_path / "engine-ccc-cp39", 90, used_days=3)
    fresh = _aged(tmp_path / "engine-ddd-cp312", 3)
    half = _aged(tmp_path / "engine-eee-cp311.new-x", 90)
    (tmp_path / "interpreters").mkdir()
    for name, target in (("1", old), ("2", old_but_used)):
        (tmp_path / f"engine-{name}.path").write_text(f"{target}\n")
    bootstrap.remove_unused(tmp_path, current)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {current.name, old_but_used.name, fresh.name, "interpreters", "engine-2.path"}
    assert not half.exists()
