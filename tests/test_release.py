"""A release: reproducible archives, and the checks that stand before them."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest

import release

if TYPE_CHECKING:
    from pathlib import Path

Captured = pytest.CaptureFixture[str]


def git(root: Path, *arguments: str) -> None:
    """Run git with an identity of the test's own."""
    subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.com", *arguments], cwd=root, check=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A whole small checkout that may be released: one agent, one language."""
    files = {
        "plugin/.claude-plugin/plugin.json": json.dumps({"name": "codeflash", "version": "1.2.3", "description": "d"}),
        "plugin/skills/optimize/SKILL.md": "---\nname: optimize\ndescription: Use it.\n---\nbody\n",
        "plugin/languages/python/language.json": json.dumps({"name": "python", "terms": ["zzzz"]}),
        ".claude-plugin/marketplace.json": json.dumps({"name": "codeflash-plugins", "plugins": [{"name": "codeflash", "source": "./plugin"}]}),
        "CHANGELOG.md": "# Changelog\n\n## 1.2.3 (2026-01-01)\n\n- It works.\n\n## 1.2.2\n\n- Older.\n",
        "README.md": "x\n",
        "LICENSE": "x\n",
    }  # fmt: skip
    root = tmp_path / "tree"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "x")
    return root


def test_a_release_is_the_same_to_the_byte_wherever_it_is_built(tree: Path, tmp_path: Path) -> None:
    """Clock, umask and time stamps of files leave no trace; the sums are those of the files."""
    outs = [tmp_path / "one", tmp_path / "two"]
    assert release.main(["--root", str(tree), "--out", str(outs[0])]) == 0
    for path in tree.rglob("*.md"):
        os.utime(path, (1, 1))
    before = os.umask(0o077)
    try:
        assert release.main(["--root", str(tree), "--out", str(outs[1])]) == 0
    finally:
        os.umask(before)
    first, second = ({path.name: path.read_bytes() for path in sorted(out.iterdir())} for out in outs)
    assert first == second
    assert sorted(first) == ["SHA256SUMS", "codeflash-marketplace-1.2.3.tar.gz", "codeflash-python-1.2.3.zip"]
    done = subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=outs[0], check=False)
    assert done.returncode == 0
    with tarfile.open(outs[0] / "codeflash-marketplace-1.2.3.tar.gz") as tar:
        assert "codeflash-marketplace-1.2.3/.claude-plugin/marketplace.json" in tar.getnames()


CHANGES = {
    "unreleased": ("CHANGELOG.md", "(2026-01-01)", "(unreleased)", "is called unreleased"),
    "no section": ("CHANGELOG.md", "1.2.3", "1.2.0", "the newest section is 1.2.0"),
    "an empty section": ("CHANGELOG.md", "- It works.", "", "says nothing"),
    "no version": ("plugin/.claude-plugin/plugin.json", "1.2.3", "soon", "is no version"),
    "a taken name": (
        ".claude-plugin/marketplace.json",
        "codeflash-plugins",
        "codeflash",
        "belongs to another marketplace",
    ),
    "a missing plugin": (".claude-plugin/marketplace.json", "./plugin", "./nowhere", "holds no plugin"),
    "a second version": (
        ".claude-plugin/marketplace.json",
        '"source"',
        '"version": "1", "source"',
        "the one place for it",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "said"), CHANGES.values(), ids=CHANGES)
def test_what_stands_against_a_release_is_said(
    tree: Path, tmp_path: Path, capsys: Captured, file: str, old: str, new: str, said: str
) -> None:
    """Each missing thing is a line, nothing is written; a dry run builds and fails all the same."""
    path = tree / file
    path.write_text(path.read_text().replace(old, new))
    git(tree, "commit", "-qam", "broken")
    assert release.main(["--root", str(tree), "--out", str(tmp_path / "out")]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_dirty_tree_and_a_moved_tag_are_no_release(tree: Path, tmp_path: Path, capsys: Captured) -> None:
    """A release is one commit, and a tag never moves."""
    (tree / "README.md").write_text("changed\n")
    assert release.main(["--root", str(tree), "--out", str(tmp_path / "out")]) == 1
    assert "uncommitted changes" in capsys.readouterr().err
    git(tree, "tag", "v1.2.3")
    git(tree, "commit", "-qam", "later")
    assert release.main(["--root", str(tree), "--out", str(tmp_path / "out"), "--dry"]) == 1
    assert "the tag v1.2.3 is another commit" in capsys.readouterr().err
    assert (tmp_path / "out" / "SHA256SUMS").exists()


def test_our_own_manifests_fit_together() -> None:
    """This tree has one version, a marketplace of its own name, and a changelog section for what comes next."""
    found = [line for line in release.problems(release.ROOT) if "unreleased" not in line and "uncommitted" not in line]
    assert found == []
