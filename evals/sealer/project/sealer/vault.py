"""A vault: a folder of containers and their manifest."""

from __future__ import annotations

import os
from pathlib import Path

from sealer.container import Broken, digest_of, pack, unpack
from sealer.manifest import Entry, ManifestError, read, write

MANIFEST = "MANIFEST"


class VaultError(Exception):
    """A vault that cannot be made or read; the text says why."""


def files(folder: Path) -> list[Path]:
    """The files below `folder`, links left out, in the order of their names."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def seal(folder: Path, vault: Path) -> list[Entry]:
    """Seal all files below `folder` into a new vault.

    Raises:
        VaultError: the folder is not there, a vault is there already, or a name has a line break.
    """
    if not folder.is_dir():
        raise VaultError(f"no folder {folder}")
    if (vault / MANIFEST).exists():
        raise VaultError(f"{vault} is a vault already")
    vault.mkdir(parents=True, exist_ok=True)
    entries = []
    for number, path in enumerate(files(folder), start=1):
        name = path.relative_to(folder).as_posix()
        if "\n" in name or "\r" in name:
            raise VaultError(f"a line break in the name {name!r}")
        content = path.read_bytes()
        data = pack(name, content)
        container = f"{number:06}.seal"
        put(vault / container, data)
        entries.append(Entry(container, len(content), digest_of(data).hex(), name))
    put(vault / MANIFEST, write(entries).encode())
    return entries


def put(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or not there."""
    scratch = path.with_name(path.name + ".part")
    scratch.write_bytes(data)
    os.replace(scratch, path)


def verify(vault: Path) -> list[str]:
    """What is wrong with a vault, a line each; empty when it is whole.

    Raises:
        VaultError: it has no manifest that can be read.
    """
    try:
        entries = read((vault / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ManifestError) as error:
        raise VaultError(f"{vault}: {error}") from None
    problems = []
    for entry in entries:
        try:
            sealed = unpack((vault / entry.container).read_bytes())
        except (OSError, Broken) as error:
            problems.append(f"{entry.container}: {error}")
            continue
        if (sealed.name, len(sealed.content), sealed.digest.hex()) != (entry.name, entry.size, entry.digest):
            problems.append(f"{entry.container}: not what the manifest says")
    listed = {entry.container for entry in entries}
    strange = sorted(path.name for path in vault.glob("*.seal") if path.name not in listed)
    return problems + [f"{name}: not in the manifest" for name in strange]
