"""Which installed distribution a file belongs to, by the metadata that installers leave (RECORD, top_level.txt)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

STANDARD_LIBRARY = "(standard library)"
_SITES = {"site-packages", "dist-packages"}


class Distribution(NamedTuple):
    """An installed distribution."""

    name: str
    version: str


class Distributions:
    """Finds the distribution of a file; each folder of packages is read once, when its first file is asked for."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._sites: dict[Path, tuple[dict[str, Distribution], dict[str, Distribution]]] = {}

    def of(self, file: str) -> Distribution | None:
        """The distribution of the file at an absolute path; None where it lies in no folder of packages."""
        path = Path(file)
        for parent in path.parents:
            if parent.name in _SITES:
                return self._in(parent, path.relative_to(parent))
        return None

    def _in(self, site: Path, relative: Path) -> Distribution:
        if site not in self._sites:
            self._sites[site] = _read(site)
        files, tops = self._sites[site]
        top = relative.parts[0]
        stem = top.removesuffix(".py")
        return files.get(relative.as_posix()) or tops.get(stem) or Distribution(stem, "")


def _read(site: Path) -> tuple[dict[str, Distribution], dict[str, Distribution]]:
    """Files that share their top folder with another distribution's, and owners of top-level names."""
    tops: dict[str, Distribution] = {}
    contested: set[str] = set()
    listings: list[tuple[Distribution, list[str]]] = []
    for metadata in sorted(site.glob("*.dist-info")) + sorted(site.glob("*.egg-info")):
        name, _, version = metadata.name.rpartition(".")[0].partition("-")
        fields = _fields(metadata)
        distribution = Distribution(fields.get("Name", name), fields.get("Version", version))
        entries = _entries(metadata)
        listings.append((distribution, entries))
        for entry in entries:
            top = entry.partition("/")[0]
            top = top.removesuffix(".py")
            if tops.setdefault(top, distribution) != distribution:
                contested.add(top)
    files = {
        entry: distribution
        for distribution, entries in listings
        for entry in entries
        if entry.partition("/")[0] in contested
    }
    return files, tops


def _fields(metadata: Path) -> dict[str, str]:
    """The first lines of the metadata file, up to its text."""
    for file in ("METADATA", "PKG-INFO"):
        try:
            lines = (metadata / file).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        fields: dict[str, str] = {}
        for line in lines:
            key, colon, value = line.partition(":")
            if not colon:
                break
            fields.setdefault(key, value.strip())
        return fields
    return {}


def _entries(metadata: Path) -> list[str]:
    try:
        text = (metadata / "RECORD").read_text(encoding="utf-8", errors="replace")
        entries = [line.rsplit(",", 2)[0].strip('"') for line in text.splitlines()]
    except OSError:
        try:
            entries = (metadata / "top_level.txt").read_text(encoding="utf-8", errors="replace").split()
        except OSError:
            return []
    return [entry for entry in entries if entry and not entry.startswith("..")]
