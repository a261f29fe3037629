"""`codeflash-agent`: one executable, one module per verb."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from codeflash_agent.commands import (
    _common,
    awaits,
    baseline,
    begin,
    ci,
    collect,
    compare,
    differ,
    discard,
    dispatch,
    edit,
    hook,
    imports,
    keep,
    library,
    measure,
    milestone,
    profile,
    prs,
    report,
    review,
    run,
    scaling,
    scan,
    setup,
    skip,
    sources,
    specialisation,
    stages,
    status,
)
from codeflash_agent.errors import USAGE, CodeflashError
from codeflash_agent.session import dispatching

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VERBS = {
    "setup": setup,
    "baseline": baseline,
    "profile": profile,
    "sources": sources,
    "begin": begin,
    "edit": edit,
    "measure": measure,
    "keep": keep,
    "discard": discard,
    "skip": skip,
    "milestone": milestone,
    "dispatch": dispatch,
    "collect": collect,
    "run": run,
    "status": status,
    "report": report,
    "review": review,
    "prs": prs,
    "compare": compare,
    "scan": scan,
    "scaling": scaling,
    "imports": imports,
    "stages": stages,
    "specialisation": specialisation,
    "awaits": awaits,
    "library": library,
    "differ": differ,
    "ci": ci,
    "hook": hook,
}

STATUSES = "exit status: 0 done; 1 the honest no (a regression, a discard, a refused step); 2 usage or environment, with what to do"
INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}; see `{self.prog} --help`\n")
        raise SystemExit(USAGE)


def version() -> str:
    """The plugin's version, from its manifest."""
    manifest = Path(__file__).resolve().parents[2] / ".claude-plugin" / "plugin.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    main_parser = _Parser(
        prog="codeflash-agent",
        description="Profile, measure and decide: the programs behind the codeflash plugin.",
        epilog=STATUSES,
    )
    main_parser.add_argument("--version", action="version", version=f"codeflash-agent {version()}")
    main_parser.add_argument("--in", dest="within", metavar="SLUG", help="act on the dispatched session of this name")
    verbs = main_parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=_Parser)
    for name, module in VERBS.items():
        verb = verbs.add_parser(
            name,
            help=module.HELP,
            description=module.HELP,
            epilog=f"example:\n  {module.EXAMPLE}\n\n{STATUSES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(verb)
    return main_parser


@contextlib.contextmanager
def _in_dispatched(slug: str | None) -> Iterator[None]:
    """Run the block in the worktree of the dispatched session of this name, if one is named."""
    if slug is None:
        yield
        return
    before = Path.cwd()
    os.chdir(dispatching.tree_of(before, slug))
    try:
        yield
    finally:
        os.chdir(before)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit status; errors end in one line on stderr."""
    arguments = parser().parse_args(argv)
    try:
        with _in_dispatched(arguments.within):
            return int(VERBS[arguments.verb].run(arguments))
    except CodeflashError as error:
        _common.quiet()
        print(f"codeflash-agent {arguments.verb}: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        _common.quiet()
        print(
            f"codeflash-agent {arguments.verb}: interrupted; what was measured is kept, the same command goes on",
            file=sys.stderr,
        )
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`| head`); standard output must not be flushed into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        _common.quiet()
