"""Which language a project is in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codeflash_agent import languages
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import Setup

LANGUAGES = Path(languages.LANGUAGES)


def add_language(folder, name, *, marker, suffix):
    """Bring a small language of our own, whose code is files with `suffix`."""
    home = folder / name
    (home / "engine" / f"flash_{name}").mkdir(parents=True)
    (home / "engine" / f"flash_{name}" / "__init__.py").write_text(
        f"class Made:\n    name = {name!r}\n"
        f"    def recognises(self, project): return any(project.rglob('*{suffix}'))\n"
        "def language(): return Made()\n"
    )
    document = {
        "name": name,
        "title": name.title(),
        "markers": [marker],
        "package": f"flash_{name}",
        "path": "engine",
        "terms": [],
    }
    (home / "language.json").write_text(json.dumps(document))


def test_available_are_the_folders_with_a_manifest():
    """The plugin brings at least the one language that it is shipped with."""
    assert [one.name for one in languages.manifests()] == sorted(
        path.parent.name for path in LANGUAGES.glob("*/language.json")
    )
    assert languages.manifests()


def test_shipped_language_loads(tmp_path):
    """A project with code of the shipped language gets that language, with every method of the interface."""
    from codeflash_agent.language import Language

    (tmp_path / "x.py").write_text("")
    loaded = languages.load(tmp_path)
    assert loaded.name == "python"
    methods = [name for name in vars(Language) if not name.startswith("_") and callable(getattr(Language, name))]
    assert len(methods) >= 8
    assert all(callable(getattr(loaded, name)) for name in methods)


def test_second_language_by_its_folder_alone(tmp_path):
    """A further folder is a further language; the one whose code is there is chosen even where the other's marker is."""
    folder, project = tmp_path / "languages", tmp_path / "project"
    project.mkdir()
    add_language(folder, "alpha", marker="alpha.toml", suffix=".alpha")
    add_language(folder, "beta", marker="beta.toml", suffix=".beta")
    (project / "alpha.toml").write_text("")
    (project / "code.beta").write_text("")
    assert [one.name for one in languages.manifests(folder)] == ["alpha", "beta"]
    assert languages.load(project, folder).name == "beta"


def test_no_supported_language(tmp_path):
    """A project without code of a supported language ends in one line that names those supported."""
    (tmp_path / "main.c").write_text("")
    with pytest.raises(EnvironmentProblem, match=r"no code of a supported language .*\(supported: Python\)"):
        languages.load(tmp_path)


def test_missing_project(tmp_path):
    """A folder that is not there is said to be no folder."""
    with pytest.raises(EnvironmentProblem, match="is not a folder"):
        languages.load(tmp_path / "absent")


def test_broken_manifest(tmp_path):
    """A manifest that cannot be read asks for a new installation."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "language.json").write_text("{}")
    with pytest.raises(EnvironmentProblem, match="install the plugin again"):
        languages.manifests(tmp_path)


def test_setup_survives_its_json():
    """A setup read back from its document is equal, and unknown keys of later versions are ignored."""
    setup = Setup("l", "r", "/i", "1", "m", "src", ["p"], None, None, details={"a": [1]})
    document = json.loads(json.dumps({**setup.as_json(), "later": 1}))
    assert Setup.from_json(document) == setup
