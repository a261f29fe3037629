"""`prs`: a branch and a body for each kept optimisation; opened only where the user says so."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from codeflash_agent.commands import _common, _method
from codeflash_agent.errors import DONE, NO, EnvironmentProblem, Refused
from codeflash_agent.render import pull_request as render
from codeflash_agent.render import session as session_render
from codeflash_agent.render.visible import line
from codeflash_agent.review import state as reviews
from codeflash_agent.session import context as contexts
from codeflash_agent.session import handoff, preparing, pull_requests
from codeflash_agent.storage import atomic, git

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from codeflash_agent.session.context import Context
    from codeflash_agent.session.pull_requests import PullRequest

HELP = "prepare a pull request for each kept optimisation: own branch, tested and measured alone, body written"
EXAMPLE = "codeflash-agent prs\n  codeflash-agent prs --open --into main"
BUDGET_S = 120.0
GH_PATIENCE_S = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--base", metavar="REF", help="what the branches start from (default: where the session started)"
    )
    parser.add_argument(
        "--budget",
        type=_method.seconds,
        default=BUDGET_S,
        metavar="S",
        help=f"seconds of benchmarking for each (default {BUDGET_S:.0f})",
    )
    parser.add_argument(
        "--open", action="store_true", help="push what is prepared and open it with gh; nothing is opened without this"
    )
    parser.add_argument(
        "--into", metavar="BRANCH", help="with --open: the branch to merge into (default: the one that is checked out)"
    )
    parser.add_argument("--remote", default="origin", help="with --open: where to push (default origin)")
    _common.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Prepare, or open what is prepared; exit status 1 when a kept optimisation could not be prepared."""
    if arguments.open:
        context = contexts.read()
        found = _open(context, arguments)
    else:
        with contexts.opened() as context:
            base = arguments.base or context.session.start_commit
            found = preparing.prepare(context, base=base, budget_s=arguments.budget, progress=_common.progress)
            _write_bodies(context, found)
    lines = [text for one in found for text in _lines(context, one)]
    _common.emit(arguments, lines, {"pull_requests": [one.as_json() for one in found]})
    return NO if any(one.state == pull_requests.LEFT for one in found) else DONE


def _write_bodies(context: Context, found: list[PullRequest]) -> None:
    reviewed = reviews.load_all(context.layout)
    due = handoff.review_due(context.layout, context.session, context.records)
    by_number = {record.number: record for record in context.records}
    for one in found:
        place = _body_of(context, one)
        if one.state == pull_requests.PREPARED:
            atomic.write_text(place, render.body(one, by_number[one.experiment], context.session, reviewed, due))
        else:
            place.unlink(missing_ok=True)


def _body_of(context: Context, one: PullRequest) -> Path:
    return context.layout.prs / f"{one.experiment:03d}.md"


def _lines(context: Context, one: PullRequest) -> list[str]:
    head = f"[prs] {one.experiment}: {line(one.title, 100)}"
    if one.state != pull_requests.PREPARED:
        return [f"{head}: not prepared: {one.why}"]
    stacked = f", stacked on {one.stacked_on}" if one.stacked_on else ""
    measured = session_render.measured(one.measurement) if one.measurement is not None else "not measured"
    place = one.url or f"body in {_body_of(context, one)}"
    return [f"{head}: {one.branch}{stacked} ({one.commit[:12]}); {measured}; {place}"]


def _open(context: Context, arguments: argparse.Namespace) -> list[PullRequest]:
    """Push and open what is prepared, those that others are stacked on first.

    Raises:
        Refused: nothing is prepared, the review is not settled, or a branch is not what was prepared.
        EnvironmentProblem: gh or the remote is missing.
    """
    layout = context.layout
    found = pull_requests.load_all(layout)
    ready = [one for one in found if one.state == pull_requests.PREPARED and not one.url]
    if not ready:
        raise Refused("nothing is prepared that is not open yet; run `codeflash-agent prs` first")
    due = handoff.review_due(layout, context.session, context.records)
    if due is not None:
        raise Refused(f"nothing is opened before the review is settled: {due.why}; next: {due.action}")
    gh = shutil.which("gh")
    if gh is None:
        raise EnvironmentProblem(
            "gh is not on PATH; install the GitHub CLI and log in, or open the branches by hand with the bodies in .codeflash/prs"
        )
    if not git.asks(layout.project, "remote", "get-url", arguments.remote):
        raise EnvironmentProblem(f"there is no remote {arguments.remote!r}; name one with --remote")
    into = arguments.into or git.current_branch(layout.project)
    if not into:
        raise EnvironmentProblem("no branch is checked out; name the one to merge into with --into BRANCH")
    for one in ready:
        if not git.branch_exists(layout.project, one.branch) or git.resolve(layout.project, one.branch) != one.commit:
            raise Refused(
                f"{one.branch} is not what was prepared and measured any more; run `codeflash-agent prs` again"
            )
    for one in ready:
        git.run_git(
            layout.project, "push", "--quiet", arguments.remote, f"refs/heads/{one.branch}:refs/heads/{one.branch}"
        )
        one.url = _create(gh, context, one, one.stacked_on or into)
        pull_requests.save(layout, one)
        _common.progress(f"[prs] opened {one.url}")
    return found


def _create(gh: str, context: Context, one: PullRequest, into: str) -> str:
    command = [gh, "pr", "create", "--head", one.branch, "--base", into, "--title", line(one.title, 200)]
    command += ["--body-file", str(_body_of(context, one))]
    done = subprocess.run(
        command,
        cwd=context.layout.project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=GH_PATIENCE_S,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        raise EnvironmentProblem(
            f"gh could not open {one.branch}, which is pushed: {line(said, 200)}; mend that, then run the same command again"
        )
    return line(done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "opened", 300)
