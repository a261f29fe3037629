"""`report`: the session as Markdown, for a terminal or a pull request body."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.render.report import report_markdown
from codeflash_agent.session import context as contexts
from codeflash_agent.session import gains, handoff, targets
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    import argparse

HELP = "the report of the session: gains with intervals, experiments, targets, how to reproduce each figure"
EXAMPLE = "codeflash-agent report --output report.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--output", metavar="FILE", help="write the Markdown there too")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Render from the records; nothing is measured."""
    context = contexts.read()
    rows = handoff.newest_targets(context.layout, context.session)
    text = report_markdown(
        context.session,
        context.records,
        gains.products(context.records),
        rows,
        targets.fates(rows, context.decided, context.session),
    )
    if arguments.output:
        path = Path(arguments.output)
        if path.is_dir():
            raise EnvironmentProblem(f"--output {path} is a folder; give a file name")
        atomic.write_text(path, text)
    document = {
        "session": context.session.as_json(),
        "experiments": [record.as_json() for record in context.records],
        "gains": gains.products(context.records),
        "markdown": text,
    }
    _common.emit(arguments, [text.rstrip()], document)
    return 0
