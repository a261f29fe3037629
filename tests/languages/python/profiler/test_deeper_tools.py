"""The recipes of the reference on deeper tools run as they stand."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from codeflash_agent import cli

from .conftest import REPOSITORY

TEXT = (REPOSITORY / "plugin/languages/python/references/deeper-tools.md").read_text(encoding="utf-8")
SECTIONS = {section.partition("\n")[0]: section for section in TEXT.split("\n## ")[1:]}
RECIPES = {
    name: found[1] for name, text in SECTIONS.items() if (found := re.search(r"```python\n(.*?)```", text, re.DOTALL))
}
SAYS = {
    "Live objects": "MiB",
}


def test_each_question_has_its_recipe():
    """The table names as many recipes as there are sections, and all with code are tried."""
    assert len(SECTIONS) == TEXT.count("\n| ") - 2
    assert set(RECIPES) == set(SAYS)


def test_each_verb_is_there():
    """Every verb that a recipe names is one, with the options that it is given."""
    commands = re.findall(r"^    codeflash-agent (\S+)(.*)$", TEXT, re.MULTILINE)
    assert len(commands) > 6
    for verb, rest in commands:
        cli.parser().parse_args([verb, *shlex.split(rest.replace("$RUNNER", "python"))])


@pytest.mark.parametrize("name", SAYS)
def test_recipes_run(name, tmp_path):
    """A recipe that is copied into a file runs and says what it is for."""
    (tmp_path / "recipe.py").write_text(RECIPES[name], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "recipe.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert SAYS[name] in done.stdout
