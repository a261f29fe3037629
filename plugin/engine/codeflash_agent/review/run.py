"""Reviews of a session or of any branch: what is asked, of whom, and what was answered."""

from __future__ import annotations

import secrets as random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.language import Setup
from codeflash_agent.render.visible import line
from codeflash_agent.review import answer as answers
from codeflash_agent.review import brief as briefs
from codeflash_agent.review import codex, diff, secrets, state
from codeflash_agent.session import records
from codeflash_agent.session import state as sessions
from codeflash_agent.storage import atomic, git
from codeflash_agent.storage import layout as places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from codeflash_agent.storage.layout import Layout

TIMEOUT_S = 900.0
MAIN_BRANCHES = ("origin/HEAD", "main", "master")
SECRETS_NAMED = 5


@dataclass(frozen=True)
class Subject:
    """What is reviewed: the change from `base` to `head` as it lies in `tree`."""

    layout: Layout
    tree: Path
    base: str
    head: str
    session: sessions.Session | None
    kept: list[records.Record]


def subject(start: Path, base: str | None) -> Subject:
    """The session's kept work, or outside a session the branch that `start` is on.

    Raises:
        Refused: an experiment is open, nothing was kept, or the session is a dispatched one.
        EnvironmentProblem: it is not clear what the branch is based on, or nothing changed.
    """
    layout = places.find(start)
    if layout.slug:
        raise Refused(
            "the review is the lead's, over the whole branch; end this session with `codeflash-agent dispatch --finish '…'`"
        )
    if base is None and sessions.exists(layout):
        session = sessions.load(layout)
        all_records = records.load_all(layout)
        current = records.open_one(all_records)
        if current is not None:
            raise Refused(f"experiment {current.number} is open; keep or discard it before the review")
        head = records.base_commit(all_records, session.start_commit)
        if head == session.start_commit:
            raise Refused("nothing was kept, so there is nothing to review")
        return Subject(layout, session.tree_path, session.start_commit, head, session, all_records)
    head = git.head_commit(start)
    against = git.resolve(start, base) if base is not None else _fork_point(start, head)
    if not git.asks(start, "merge-base", "--is-ancestor", against, head):
        against = git.run_git(start, "merge-base", against, head)
    if against == head:
        raise EnvironmentProblem(
            f"nothing differs between {against[:12]} and HEAD; commit the change, or name another --base"
        )
    top = git.toplevel(start)
    return Subject(layout, top or layout.project, against, head, None, [])


def _fork_point(start: Path, head: str) -> str:
    for name in MAIN_BRANCHES:
        if git.asks(start, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"):
            return git.run_git(start, "merge-base", name, head)
    raise EnvironmentProblem("there is no branch main or master to review against; name the base with --base REF")


def prepare(about: Subject, not_secrets: Mapping[str, str]) -> state.Review:
    """Write the brief of a new review, or take up the newest one of the same change that nobody answered.

    Raises:
        Refused: the change holds what looks like a secret; nothing is written or sent then.
    """
    layout = about.layout
    reviews = state.load_all(layout)
    change = diff.collect(about.tree, about.base, about.head)
    _refuse_secrets(change, not_secrets)
    git.exclude(layout.project, f"/{places.HOME}/")
    last = reviews[-1] if reviews else None
    number = last.number if last and not last.answered and last.head == about.head else len(reviews) + 1
    text = briefs.render_brief(
        diff=change,
        tree=about.tree,
        boundary=random.token_hex(8),
        session=about.session,
        records=about.kept,
        setup=Setup.from_json(atomic.read_json(layout.setup_json)) if layout.setup_json.exists() else None,
        earlier=[one for one in reviews if one.number < number],
    )
    place = state.path_of(layout, number, "-brief.md")
    atomic.write_text(place, text)
    review = state.Review(
        number=number,
        base=about.base,
        head=about.head,
        asked=sessions.now(),
        brief=str(place.relative_to(layout.home)),
        lines_changed=change.lines_changed,
        by_reference=not change.inline,
        attempts=last.attempts if last and last.number == number else [],
        not_secrets=dict(not_secrets),
    )
    state.save(layout, review)
    return review


def _refuse_secrets(change: diff.Diff, not_secrets: Mapping[str, str]) -> None:
    found = [one for one in secrets.find(diff.places(change.text)) if one.place not in not_secrets]
    if not found:
        return
    named = ", ".join(f"{line(one.place, 200)} ({one.kind})" for one in found[:SECRETS_NAMED])
    more = f" and {len(found) - SECRETS_NAMED} more" if len(found) > SECRETS_NAMED else ""
    raise Refused(
        f"the change holds what looks like a secret, so it is sent to nobody: {named}{more}; take it out of the branch's history "
        "and revoke it, or say why it is none: --not-a-secret FILE:LINE='reason'"
    )


def ask_codex(
    about: Subject, review: state.Review, *, timeout_s: float, progress: Callable[[str], None]
) -> state.Review:
    """Have Codex answer, and record what came of it; the review is unavailable where nothing valid did."""
    layout = about.layout
    count = len(review.attempts) + 1
    transcript = state.path_of(layout, review.number, f"-{count}-codex.jsonl")
    kept = str(transcript.relative_to(layout.home))
    text = (layout.home / review.brief).read_text(encoding="utf-8", errors="surrogateescape")
    attempt = state.Attempt(state.CODEX, sessions.now(), answers.UNAVAILABLE, transcript=kept)
    review.attempts.append(attempt)
    try:
        reviewed = codex.review(text, about.tree, transcript, timeout_s=timeout_s, progress=progress)
        attempt.seconds, attempt.version = reviewed.seconds, reviewed.version
        _accept(layout, review, attempt, reviewed.text)
    except codex.Unavailable as problem:
        attempt.why = str(problem)
        attempt.transcript = kept if transcript.exists() else ""
    except answers.Malformed as problem:
        attempt.why = f"codex's answer is not what was asked for: {problem}"
    state.save(layout, review)
    return review


def take_answer(about: Subject, text: str) -> state.Review:
    """Check the answer of the reviewing agent to the newest review, and record it.

    Raises:
        Refused: no brief of the present commit waits for an answer, or the answer is malformed; the attempt is recorded.
    """
    layout = about.layout
    reviews = state.load_all(layout)
    waiting = [one for one in reviews if one.head == about.head and not one.answered]
    if not waiting:
        raise Refused(
            f"no review of {about.head[:12]} waits for an answer; ask for one with `codeflash-agent review --by claude`"
        )
    review = waiting[-1]
    attempt = state.Attempt(state.CLAUDE, sessions.now(), answers.UNAVAILABLE)
    review.attempts.append(attempt)
    transcript = state.path_of(layout, review.number, f"-{len(review.attempts)}-claude.txt")
    attempt.transcript = str(transcript.relative_to(layout.home))
    atomic.write_text(transcript, text[: answers.ANSWER_LIMIT + 1])
    try:
        _accept(layout, review, attempt, text)
    except answers.Malformed as problem:
        attempt.why = f"the agent's answer is not what was asked for: {problem}"
        state.save(layout, review)
        raise Refused(f"{attempt.why}; nothing was recorded as reviewed. Have the same reviewer mend it") from problem
    state.save(layout, review)
    return review


def _accept(layout: Layout, review: state.Review, attempt: state.Attempt, text: str) -> None:
    answer = answers.parse(text)
    state.take_in(review, answer, attempt.reviewer, state.load_all(layout))
    attempt.outcome = answer.verdict


@dataclass(frozen=True)
class Ending:
    """How a finding is said to have ended: by `commit`, or with a `reason`."""

    how: str
    commit: str = ""
    reason: str = ""


REASON_WORDS = 4  # fewer say nothing


def resolve(layout: Layout, number: int, ending: Ending, head: str) -> state.Finding:
    """Record how finding `number` ended; `head` is the commit that the fix must be part of.

    Raises:
        Refused: the rules do not let this finding end like that.
        EnvironmentProblem: there is no such finding or commit.
    """
    reviews = state.load_all(layout)
    pair = next(((one, finding) for one in reviews for finding in one.findings if finding.number == number), None)
    if pair is None:
        known = sum(len(one.findings) for one in reviews)
        raise EnvironmentProblem(
            f"there is no finding {number}; "
            + (f"they are numbered 1 to {known}" if known else "no review found anything")
        )
    review, finding = pair
    commit = ""
    if ending.how == state.FIXED:
        commit = git.resolve(layout.project, ending.commit)
        inside = git.asks(layout.project, "merge-base", "--is-ancestor", commit, head)
        after = commit != review.head and git.asks(layout.project, "merge-base", "--is-ancestor", review.head, commit)
        if not inside or not after:
            raise Refused(
                f"{commit[:12]} is not a commit of this branch after {review.head[:12]}, which was reviewed; commit the fix "
                "(as an experiment: begin, measure, keep), then name that commit"
            )
    elif len(ending.reason.split()) < REASON_WORDS:
        raise Refused(f"{ending.reason!r} convinces nobody; say what was checked and what it showed")
    if ending.how == state.DISMISSED and finding.must_act:
        raise Refused(
            f"finding {number} has confidence {finding.confidence:.2f}; from {answers.MUST_ACT} on it ends with --fixed COMMIT or "
            "--refuted 'evidence', and is not dismissed"
        )
    finding.ended, finding.commit, finding.at = ending.how, commit, sessions.now()
    finding.reason = line(ending.reason, 4000)
    state.save(layout, review)
    return finding
