"""Workflow files for a repository, from the templates, with everything that they fetch pinned."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.ci.github import REPOSITORY
from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from codeflash_agent.languages import Manifest

TEMPLATES = Path(__file__).parent / "workflows"
SETUP = "ci-setup.yml"  # in a language's folder: the steps that make a project run on a fresh machine
FOLDER = Path(".github") / "workflows"
FILES = {"optimize": "codeflash.yml", "check": "codeflash-check.yml", "matrix": "codeflash-matrix.yml"}
HOLE = re.compile(r"@[A-Z_]+@")


@dataclass(frozen=True)
class Pin:
    """Where the programs come from: a repository at one commit, and the plugin's folder in it."""

    repository: str
    commit: str
    folder: str

    @classmethod
    def parse(cls, text: str) -> Pin:
        """Read `OWNER/REPO@COMMIT` or `OWNER/REPO/FOLDER@COMMIT`.

        Raises:
            EnvironmentProblem: it is not written so, or the commit is no full hash.
        """
        place, _, commit = text.partition("@")
        repository, folder = "/".join(place.split("/")[:2]), "/".join(place.split("/")[2:])
        if (
            not REPOSITORY.fullmatch(repository)
            or not re.fullmatch(r"[0-9a-f]{40}", commit)
            or not re.fullmatch(r"[A-Za-z0-9._/-]*", folder)
            or ".." in folder
        ):
            raise EnvironmentProblem(
                f"--plugin {text!r}: write OWNER/REPO@COMMIT or OWNER/REPO/FOLDER@COMMIT with the full hash of the commit, so that nobody "
                "can change what runs later"
            )
        return cls(repository, commit, folder or "plugin")


def written(pin: Pin, manifest: Manifest, benchmark: str) -> dict[Path, str]:
    """Path in the repository -> text of each workflow.

    Raises:
        EnvironmentProblem: the benchmark cannot be part of a workflow, or the language brings no steps.
    """
    if not benchmark.isprintable() or "${{" in benchmark:
        raise EnvironmentProblem(f"--benchmark {benchmark!r}: one line of plain characters, without ${{{{")
    setup = manifest.folder.parent / SETUP
    if not setup.is_file():
        raise EnvironmentProblem(
            f"the {manifest.title} part of the plugin brings no steps for workflows; install the plugin again"
        )
    values = {
        "@PLUGIN_REPOSITORY@": pin.repository,
        "@PLUGIN_COMMIT@": pin.commit,
        "@PLUGIN_FOLDER@": pin.folder,
        "@BENCHMARK@": "'" + benchmark.replace("'", "''") + "'",
    }
    files = {}
    for name, file in FILES.items():
        text = (TEMPLATES / f"{name}.yml").read_text(encoding="utf-8")
        text = re.sub(r"^( *)# @SETUP@$", lambda match: _indented(setup, match.group(1)), text, flags=re.MULTILINE)
        files[FOLDER / file] = HOLE.sub(lambda match: values[match.group(0)], text)
    return files


def _indented(setup: Path, indent: str) -> str:
    return "\n".join(
        indent + line if line.strip() else "" for line in setup.read_text(encoding="utf-8").rstrip("\n").split("\n")
    )


def install(project: Path, files: dict[Path, str], *, force: bool) -> list[Path]:
    """Write the files; those that are there already stay the same or must be given up with `force`.

    Raises:
        Refused: a file is there with other contents; nothing was written.
    """
    other = [
        path
        for path, text in files.items()
        if (project / path).exists() and (project / path).read_text(encoding="utf-8") != text
    ]
    if other and not force:
        raise Refused(
            f"{other[0]} is there and differs; look at it, then run the same command with --force, or move it away"
        )
    for path, text in files.items():
        atomic.write_text(project / path, text)
        (project / path).chmod(0o644)
    return [project / path for path in files]
