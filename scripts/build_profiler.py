"""Assemble `unified-profiling-script.py`, the one file that profiles, from the package it is written as.

    python scripts/build_profiler.py            writes it
    python scripts/build_profiler.py --check    says whether it is up to date (exit status 1 when not)

The file is plain text: each module's source in a raw string, and a loader of a few lines. Built twice, it is the same.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

LANGUAGE = Path(__file__).resolve().parent.parent / "plugin" / "languages" / "python"
PACKAGE = LANGUAGE / "profiler"
OUTPUT = LANGUAGE / "references" / "unified-profiling-script.py"

HEAD = '''\
#!/usr/bin/env python3
"""The unified profiler in one file: CPU, memory, collector and asyncio of any command that ends in Python.

    $RUNNER unified-profiling-script.py [options] <source_root> -- <command> [args...]
    $RUNNER unified-profiling-script.py --help

Copy it anywhere and run it with the interpreter of the project; it needs CPython 3.9 or later and nothing installed.
Built from the modules below by scripts/build_profiler.py: edit those, not this file.
"""

import sys
from importlib.machinery import ModuleSpec

if sys.version_info < (3, 9):
    sys.stderr.write("codeflash profile: error: Python 3.9 or later is needed, this is %d.%d; run it with the "
                     "project's own interpreter\\n" % sys.version_info[:2])
    sys.exit(96)

EMBEDDED = {}
'''

TAIL = '''

class _Embedded:
    """Finds and loads the modules above."""

    @staticmethod
    def _path(name):
        base = name.replace(".", "/")
        return next((path for path in (base + ".py", base + "/__init__.py") if path in EMBEDDED), None)

    def find_spec(self, name, path=None, target=None):
        found = self._path(name)
        return found and ModuleSpec(name, self, origin=found, is_package=found.endswith("/__init__.py"))

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        path = module.__spec__.origin
        module.__file__ = path
        exec(compile(EMBEDDED[path], path, "exec"), module.__dict__)
        if path == "profiler/__init__.py":
            module.EMBEDDED = EMBEDDED

    def get_source(self, name):
        return EMBEDDED.get(self._path(name))


if __name__ == "__main__":
    # Nothing beside this file may shadow the standard library (it is often run from /tmp).
    import os

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    sys.meta_path.insert(0, _Embedded())
    from profiler.cli import main

    sys.exit(main())
'''


def assemble(package: Path = PACKAGE) -> str:
    """The text of the one file.

    Raises:
        SystemExit: a module cannot be written as a raw string.
    """
    parts = [HEAD]
    for path in sorted(package.rglob("*.py")):
        name = f"{package.name}/{path.relative_to(package).as_posix()}"
        text = path.read_text(encoding="utf-8")
        if "'''" in text or not text.endswith("\n"):
            raise SystemExit(f"{path}: write it without ''' and with a newline at its end, so that it can be embedded")
        if name != f"{package.name}/__main__.py":
            parts.append(f"\nEMBEDDED[{name!r}] = r'''{text}'''\n")
    return "".join(parts) + TAIL


def main(argv: list[str] | None = None) -> int:
    """Build, or check; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is out of date")
    options = parser.parse_args(argv)
    text = assemble()
    current = OUTPUT.read_text(encoding="utf-8") if OUTPUT.exists() else None
    if options.check:
        if current != text:
            print(f"{OUTPUT.name} is out of date: run python scripts/build_profiler.py", file=sys.stderr)
            return 1
        return 0
    if current != text:
        OUTPUT.write_text(text, encoding="utf-8")
    OUTPUT.chmod(0o755)
    return 0


if __name__ == "__main__":
    sys.exit(main())
