"""`review`: an outside reviewer attacks the branch; a program checks the answer and follows every finding to its end."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _method
from codeflash_agent.errors import DONE, NO, USAGE, EnvironmentProblem, Refused
from codeflash_agent.render import review as render
from codeflash_agent.review import diff, state
from codeflash_agent.review import run as runs
from codeflash_agent.session import context as contexts
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    import argparse

HELP = "have an outside reviewer (Codex, else the reviewing agent) attack the branch, and track its findings"
EXAMPLE = (
    "codeflash-agent review\n"
    "  codeflash-agent review resolve 2 --refuted 'no caller changes the list: read all three of them'\n"
    "  codeflash-agent review --answer answer.json"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "what", nargs="?", choices=("resolve", "show"), help="resolve: end a finding; show: the reviews so far"
    )
    parser.add_argument("finding", nargs="?", type=int, metavar="N", help="number of the finding to resolve")
    parser.add_argument("--base", metavar="REF", help="review what HEAD adds to this, not the session's work")
    parser.add_argument(
        "--by", choices=(state.CODEX, state.CLAUDE), help="codex alone, or only write the brief for the reviewing agent"
    )
    parser.add_argument(
        "--answer", metavar="FILE", help="take the reviewing agent's answer from FILE, or - for standard input"
    )
    parser.add_argument("--diff", metavar="PATH", help="print the difference of one file under review")
    parser.add_argument(
        "--timeout",
        type=_method.seconds,
        default=runs.TIMEOUT_S,
        metavar="S",
        help=f"seconds for Codex (default {runs.TIMEOUT_S:.0f})",
    )
    parser.add_argument(
        "--not-a-secret",
        action="append",
        default=[],
        metavar="FILE:LINE=REASON",
        help="why what looks like a secret is none",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--fixed", metavar="COMMIT", help="with resolve: the commit that fixed it")
    how.add_argument("--refuted", metavar="EVIDENCE", help="with resolve: what was checked and what it showed")
    how.add_argument("--dismissed", metavar="REASON", help="with resolve, below confidence 0.7: why it is left")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Review; exit status 0 when the review of the present commit is settled, 1 when something is to be done, 2 without a reviewer."""
    if arguments.what == "resolve":
        return _resolve(arguments)
    if arguments.finding is not None or arguments.fixed or arguments.refuted or arguments.dismissed:
        raise EnvironmentProblem(
            "findings are ended with `codeflash-agent review resolve N --fixed COMMIT` (or --refuted, --dismissed)"
        )
    about = runs.subject(Path.cwd(), arguments.base)
    if arguments.what == "show":
        return _tell(arguments, about, state.load_all(about.layout))
    if arguments.diff is not None:
        text = diff.of_file(about.tree, about.base, about.head, arguments.diff)
        _common.emit(arguments, [render.visible(text)], {"file": arguments.diff, "diff": text})
        return DONE
    if arguments.answer is not None:
        runs.take_answer(about, _read(arguments.answer))
    else:
        _ask(arguments, about)
    _hand_over()
    return _tell(arguments, about, state.load_all(about.layout))


def _hand_over() -> None:
    """Bring the session's hand-over up to date; a branch without a session has none."""
    with contextlib.suppress(Refused), contexts.opened() as context:
        context.derive()


def _ask(arguments: argparse.Namespace, about: runs.Subject) -> None:
    review = runs.prepare(about, dict(_excused(text) for text in arguments.not_a_secret))
    if arguments.by != state.CLAUDE:
        _common.progress(f"[adversarial-review] asking codex about {about.base[:12]}..{about.head[:12]}")
        runs.ask_codex(about, review, timeout_s=arguments.timeout, progress=_common.progress)


def _tell(arguments: argparse.Namespace, about: runs.Subject, reviews: list[state.Review]) -> int:
    due = state.due(reviews, about.head)
    lines = render.review_lines(reviews, about.head, due)
    document = {
        "head": about.head,
        "settled": due is None,
        "next": vars(due) if due else None,
        "reviews": [review.as_json() for review in reviews],
    }
    _common.emit(arguments, lines, document)
    of_head = [review for review in reviews if review.head == about.head]
    if due is None:
        return DONE
    asked_agent = arguments.by == state.CLAUDE or arguments.what == "show"
    unanswered = bool(of_head) and not any(review.answered for review in of_head)
    return USAGE if unanswered and not asked_agent else NO


def _resolve(arguments: argparse.Namespace) -> int:
    given = [
        (state.FIXED, arguments.fixed, ""),
        (state.REFUTED, "", arguments.refuted),
        (state.DISMISSED, "", arguments.dismissed),
    ]
    chosen = [(how, commit or "", reason or "") for how, commit, reason in given if commit or reason]
    if arguments.finding is None or len(chosen) != 1:
        raise EnvironmentProblem(
            "write review resolve N with one of --fixed COMMIT, --refuted 'evidence', --dismissed 'reason'"
        )
    about = runs.subject(Path.cwd(), arguments.base)
    with atomic.locked(about.layout.lock):
        runs.resolve(about.layout, arguments.finding, runs.Ending(*chosen[0]), about.head)
    _hand_over()
    return _tell(arguments, about, state.load_all(about.layout))


def _read(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot read {name}: {error.strerror or error}; give the file that holds the answer"
        ) from error


def _excused(text: str) -> tuple[str, str]:
    place, separator, reason = text.partition("=")
    if not separator or ":" not in place or not reason.strip():
        raise EnvironmentProblem(
            f"--not-a-secret {text!r}: write FILE:LINE=REASON, e.g. tests/data.txt:3='made up for a test'"
        )
    return place.strip(), reason.strip()
