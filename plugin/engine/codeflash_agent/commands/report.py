"""`report`: the session as Markdown, for a terminal or a pull request body, and as a page for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.ci import merged as merging
from codeflash_agent.commands import _common
from codeflash_agent.errors import DONE, NO, EnvironmentProblem, Refused
from codeflash_agent.render import session as render
from codeflash_agent.render.report import answer_lines, complete_line, report_markdown
from codeflash_agent.review import state as reviews
from codeflash_agent.session import context as contexts
from codeflash_agent.session import gains, handoff, targets
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    import argparse

HELP = (
    "the report of the session, as Markdown and as one HTML page: gains with intervals, experiments, targets, reviews"
)
EXAMPLE = "codeflash-agent report --output report.md"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="write the Markdown there, and the page beside it (default: .codeflash/report.md)",
    )
    parser.add_argument(
        "--merge",
        metavar="FOLDER",
        help="no session: one report of the results that `compare --json` left below FOLDER",
    )
    parser.add_argument("--html", metavar="FILE", help="write the page there")
    parser.add_argument(
        "--complete",
        action="store_true",
        help="print the answer that ends a session instead, with the [complete] line first; before the review is settled "
        "its first line says what is missing, and the exit status is 1",
    )
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Render from the records; nothing is measured."""
    if arguments.merge:
        return _merge(arguments)
    context = contexts.read()
    due = handoff.review_due(context.layout, context.session, context.records)
    reviewed = reviews.load_all(context.layout)
    rows = handoff.newest_targets(context.layout, context.session)
    fates = targets.fates(rows, context.decided, context.session)
    floor = render.floor_lines(targets.closed_by_size(fates), targets.least(context.session))
    product = gains.products(context.records)
    text = report_markdown(context.session, context.records, product, rows, fates, reviewed, due, floor)
    missing = _unfinished(context, due) if arguments.complete else ""
    markdown = _place("--output", arguments.output, context.layout.home / "report.md")
    html = _place("--html", arguments.html, markdown.with_suffix(".html"))
    if html == markdown:
        raise EnvironmentProblem(f"--output and --html are both {html}; give two names")
    page = _page(context, reviewed, due)  # built before anything is written, because it may be refused
    atomic.write_text(markdown, text)
    atomic.write_text(html, page)
    _common.progress(f"written: {markdown}, {html}")
    document = {
        "session": context.session.as_json(),
        "experiments": [record.as_json() for record in context.records],
        "gains": product,
        "reviews": [review.as_json() for review in reviewed],
        "review_settled": due is None,
        "markdown": text,
        "files": {"markdown": str(markdown), "html": str(html)},
    }
    if not arguments.complete:
        _common.emit(arguments, [text.rstrip()], document)
        return DONE
    first = (
        f"Not complete: {missing}" if missing else complete_line(context.session, context.records, product, reviewed)
    )
    still = [row.identity for row in targets.left(rows, context.decided, context.session)]
    answer = answer_lines(context.session, context.records, product, first, reviewed, due, floor, still)
    _common.emit(arguments, answer, {**document, "answer": answer})
    if missing:
        raise Refused(f"not complete: {missing.split('; next: ', maxsplit=1)[0]}")
    return DONE


def _merge(arguments: argparse.Namespace) -> int:
    """Results of other jobs and machines in one Markdown table; exit status 1 where one of them got worse."""
    found = merging.read(Path(arguments.merge))
    text = merging.markdown(found)
    if arguments.output:
        atomic.write_text(_place("--output", arguments.output, Path()), text)
    _common.emit(arguments, [text.rstrip()], {"results": [vars(one) for one in found]})
    return NO if any(one.worse for one in found) else DONE


def _page(context: contexts.Context, reviewed: list[reviews.Review], due: reviews.Due | None) -> str:
    from codeflash_agent.cli import version  # noqa: PLC0415 - the command line imports this module
    from codeflash_agent.report.page import build  # noqa: PLC0415 - its libraries take longer than the other verbs
    from codeflash_agent.session.showing import material  # noqa: PLC0415

    return build(material(context, version(), reviewed, due))


def _place(option: str, given: str | None, default: Path) -> Path:
    path = Path(given) if given else default
    if path.is_dir():
        raise EnvironmentProblem(f"{option} {path} is a folder; give a file name")
    return path


def _unfinished(context: contexts.Context, due: reviews.Due | None) -> str:
    """What is still to be done: nothing is complete while something is open, out, or not reviewed."""
    current = context.open_record
    if current is not None:
        return f"experiment {current.number} is open; keep or discard it first"
    if context.session.out:
        names = ", ".join(one.slug for one in context.session.out)
        return f"at work elsewhere: {names}; run `codeflash-agent collect` first"
    return f"{due.why}; next: {due.action}" if due is not None else ""
