"""Finds the languages that the plugin brings, and the one that a project is written in."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem

if TYPE_CHECKING:
    from codeflash_agent.language import Language

LANGUAGES = Path(__file__).resolve().parents[2] / "languages"
MANIFEST = "language.json"


@dataclass(frozen=True)
class Manifest:
    """What a language says of itself in its `language.json`."""

    name: str
    title: str
    markers: tuple[str, ...]  # globs, relative to a project's top, that hint at the language
    package: str  # import name of the implementation, whose `language()` makes a `Language`
    folder: Path  # absolute; where `package` is imported from

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read one manifest.

        Raises:
            EnvironmentProblem: it is unreadable or lacks a key.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                name=document["name"],
                title=document["title"],
                markers=tuple(document["markers"]),
                package=document["package"],
                folder=path.parent / document["path"],
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EnvironmentProblem(f"cannot read {path} ({error!r}); install the plugin again") from error

    def implementation(self) -> Language:
        """Import the language's package and make its `Language`.

        Raises:
            EnvironmentProblem: the package is missing.
        """
        folder = str(self.folder)
        if folder not in sys.path:
            sys.path.append(folder)
        try:
            module = importlib.import_module(self.package)
        except ModuleNotFoundError as error:
            raise EnvironmentProblem(
                f"the {self.title} part of the plugin is incomplete ({error}); install the plugin again"
            ) from error
        made: Language = module.language()
        return made


def manifests(folder: Path = LANGUAGES) -> list[Manifest]:
    """The manifests of all languages in `folder`, by name."""
    return [Manifest.read(path) for path in sorted(folder.glob(f"*/{MANIFEST}"))]


def load(project: Path, folder: Path = LANGUAGES) -> Language:
    """The language that `project` is written in.

    Languages whose markers are there are asked first, so that the others need not be imported.

    Raises:
        EnvironmentProblem: the project is missing or holds code of no supported language.
    """
    if not project.is_dir():
        raise EnvironmentProblem(f"{project} is not a folder; run this in the project to optimise")
    found = manifests(folder)
    marked = [one for one in found if any(_has(project, marker) for marker in one.markers)]
    for manifest in marked + [one for one in found if one not in marked]:
        language = manifest.implementation()
        if language.recognises(project):
            return language
    titles = ", ".join(manifest.title for manifest in found) or "none, the plugin is incomplete"
    raise EnvironmentProblem(
        f"no code of a supported language was found in {project} (supported: {titles}); run this at the top of the project"
    )


def _has(project: Path, marker: str) -> bool:
    return next(iter(project.glob(marker)), None) is not None
