"""The distribution: complete, flat, the same to the byte each time, and neutral outside its language."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

import build_dist
import plugin_checker

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def plugin(tmp_path):
    """A small plugin of two languages, with the files that a distribution leaves out."""
    root = tmp_path / "plugin"
    files = {
        ".claude-plugin/plugin.json": json.dumps(
            {"name": "codeflash", "version": "1", "description": "d", "agents": ["./languages/python/agents/lead.md"]}
        ),
        "README.md": "For developers.\n",
        "ARCHITECTURE.md": "For developers.\n",
        "bin/tool": "#!/bin/sh\n",
        "agents/router.md": "Route.\n",
        "engine/core.py": "ANSWER = 42\n",
        "engine/__pycache__/core.pyc": "cache",
        "languages/python/language.json": json.dumps(
            {"name": "python", "terms": ["pytest", "conda", "__slots__", ".py"]}
        ),
        "languages/python/agents/lead.md": "Lead with pytest.\n",
        "languages/python/engine/detect.py": "import pytest\n",
        "languages/cobol/language.json": json.dumps({"name": "cobol", "terms": ["COPYBOOK"]}),
        "languages/cobol/agents/lead.md": "Lead.\n",
    }
    for place, text in files.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "bin" / "tool").chmod(0o755)
    return root


def tree(folder):
    """Each file of a folder with its content and whether it may be executed."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), os.access(path, os.X_OK))
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_distribution_holds_one_language_with_flat_agents(plugin, tmp_path):
    """Developers' pages, other languages and caches stay out; all agents lie in agents/; the manifest lists none."""
    build_dist.build(plugin, tmp_path / "out")

    files = tree(tmp_path / "out" / "python")
    assert set(files) == {
        ".claude-plugin/plugin.json",
        "agents/lead.md",
        "agents/router.md",
        "bin/tool",
        "engine/core.py",
        "languages/python/engine/detect.py",
        "languages/python/language.json",
    }
    assert "agents" not in json.loads(files[".claude-plugin/plugin.json"][0])
    assert [place for place, (_content, executable) in files.items() if executable] == ["bin/tool"]


def test_the_zip_holds_the_same_as_the_folder(plugin, tmp_path):
    """Unpacked with its modes, the zip is the folder."""
    build_dist.build(plugin, tmp_path / "out")

    with zipfile.ZipFile(tmp_path / "out" / "codeflash-python.zip") as archive:
        unpacked = {
            entry.filename: (archive.read(entry), bool(entry.external_attr >> 16 & 0o111))
            for entry in archive.infolist()
        }
    assert unpacked == tree(tmp_path / "out" / "python")


def test_two_builds_of_our_plugin_are_identical_whatever_the_clock_and_umask_say(tmp_path):
    """A copy of plugin/ with other times and modes gives the same bytes."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "plugin", copy)
    for path in copy.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
        if path.is_file() and not os.access(path, os.X_OK):
            path.chmod(0o600)

    build_dist.build(ROOT / "plugin", tmp_path / "one")
    build_dist.build(copy, tmp_path / "two")

    first, second = (tmp_path / side / "codeflash-python.zip" for side in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    assert tree(tmp_path / "one" / "python") == tree(tmp_path / "two" / "python")


def test_our_distribution_passes_the_checker(tmp_path, capsys):
    """What is shipped has none of the faults that the client ignores without a word."""
    build_dist.build(ROOT / "plugin", tmp_path)

    assert plugin_checker.main([str(tmp_path / "python")]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "text", "term"),
    [
        ("engine/core.py", "RUNNER = 'pytest'\n", "pytest"),
        ("agents/router.md", "Look at its __slots__ first.\n", "__slots__"),
        ("engine/core.py", "MAIN = 'main.py'\n", ".py"),
    ],
)
def test_a_neutral_file_that_knows_a_language_stops_the_build(plugin, tmp_path, capsys, place, text, term):
    """The line, its term and where it belongs are named, the status is 1 and nothing is written."""
    (plugin / place).write_text(text)

    status = build_dist.main(["--plugin", str(plugin), "--out", str(tmp_path / "out")])

    assert status == 1
    assert f"{place}:1: a neutral file names '{term}'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["A secondary matter.\n", "A command, e.g. pytest -q.\n"])
def test_examples_and_longer_words_are_no_knowledge(plugin, tmp_path, text):
    """A term inside another word, or in a line that gives an example, is let through."""
    (plugin / "agents" / "router.md").write_text(text)

    build_dist.build(plugin, tmp_path / "out")


def test_two_agents_for_one_place_stop_the_build(plugin, tmp_path, capsys):
    """A neutral agent and one of the language with the same file name are a collision, not a silent choice."""
    (plugin / "agents" / "lead.md").write_text("Lead.\n")

    assert build_dist.main(["--plugin", str(plugin), "--out", str(tmp_path / "out")]) == 1
    assert "agents/lead.md would come from both" in capsys.readouterr().err


def test_a_folder_without_a_language_is_a_usage_error(tmp_path, capsys):
    """Something that is not a plugin ends with status 2 and a line that says what was expected."""
    assert build_dist.main(["--plugin", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "holds no languages" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_an_environment_error(plugin, tmp_path, capsys):
    """An --out that is a file ends with status 2 and one line."""
    (tmp_path / "out").write_text("in the way")

    assert build_dist.main(["--plugin", str(plugin), "--out", str(tmp_path / "out")]) == 2
    assert "cannot write to" in capsys.readouterr().err


def test_our_marketplace_names_our_plugin():
    """The marketplace has a name of its own and points to the plugin as committed."""
    marketplace = json.loads((ROOT / ".claude-plugin" / "marketplace.json").read_text())
    manifest = json.loads((ROOT / "plugin" / ".claude-plugin" / "plugin.json").read_text())

    assert marketplace["name"] != manifest["name"]
    assert [(entry["name"], entry["source"]) for entry in marketplace["plugins"]] == [(manifest["name"], "./plugin")]
