"""The page: every figure from a record, nothing else, nothing loaded, nothing executed that others wrote."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import pytest

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.report import audit, flames
from codeflash_agent.report.evidence import Evidence, MissingFigure
from codeflash_agent.report.page import Material, TakenProfile, build
from codeflash_agent.review.state import Attempt, Due, Finding, Review
from codeflash_agent.session.state import Milestone, Skip
from tests.engine.session import factories

STACKS = {
    "shared": {
        "frames": [{"name": "main", "file": "app.py", "line": 1}, {"name": "parse", "file": "load.py", "line": 9}]
    },
    "profiles": [{"samples": [[0, 1], [0]], "weights": [0.9, 0.1]}],
}


def material(**fields: Any) -> Material:
    """A session with a keep that was measured whole, a discard, two profiles and an approval."""
    whole = factories.measurement(
        cpu_s=factories.ratio(2.1, 1.0), rss_mib=factories.ratio(50.0, 49.9, verdict="same", unit="MiB")
    )
    session = factories.session(
        milestones=[Milestone(1, "codeflash/optimize-v1", "a" * 40, 1, whole, "now")],
        skipped=[Skip("app/load.py::main", "only calls the others", "now")],
    )
    profile = TakenProfile(1, "profiles/001.json", "At the start", [factories.target()], [], flames.tree(STACKS))
    values: dict[str, Any] = {
        "project": "words",
        "version": "0.1.0",
        "session": session,
        "records": [
            factories.kept(confirmation=factories.measurement()),
            factories.record(2, "discard", description="no gain"),
        ],
        "gains": {"cpu_s": 2.0},
        "fates": {},
        "then": profile,
        "now": dataclasses.replace(profile, number=2, commit_is="Now"),
        "reviews": [review()],
    }
    return Material(**{**values, **fields})


def review(**fields: Any) -> Review:
    """An answered review without findings."""
    values: dict[str, Any] = {
        "number": 1, "base": "b" * 40, "head": "a" * 40, "asked": "now", "brief": "reviews/001-brief.md", "lines_changed": 3,
        "by_reference": False, "outcome": "approve", "reviewer": "claude", "summary": "looked at all of it",
    }  # fmt: skip
    return Review(**{**values, **fields})


def figures(html: str) -> list[tuple[str, str]]:
    """The figures of a page: the row that each leads to, and its text."""
    return re.findall(r'<a class="f" href="#([^"]+)"[^>]*>([^<]*)</a>', html)


def test_figures_lead_to_the_rows_that_hold_them() -> None:
    """The headline is the milestone's ratio with its interval, and every figure has its row on the page."""
    html = build(material())
    shown = dict(figures(html))
    assert shown["milestone-1.measurement/metrics/cpu_s/ratio"] == "2.10\u00d7"
    assert shown["milestone-1.measurement/metrics/cpu_s/low"] == "2.08"
    assert shown["experiment-1.measurement/metrics/rss_mib/base"] == "50.00\u00a0MiB"
    assert shown["experiment-1.tests_head/passed"] == "1"
    assert 'id="milestone-1.measurement/metrics/cpu_s/ratio"' in html


def test_a_figure_without_a_record_is_not_shown() -> None:
    """Asking for what no record holds ends the build with one line."""
    evidence = Evidence()
    evidence.add(
        "experiment-1", "Experiment 1", "experiments/001.json", {"cpu": 1.0, "not": float("nan"), "some": {"x": 1}}
    )
    assert "1.000" in evidence.figure("experiment-1", "cpu", "amount")
    for name, path in (
        ("experiment-2", "cpu"),
        ("experiment-1", "wall"),
        ("experiment-1", "not"),
        ("experiment-1", "some"),
    ):
        with pytest.raises(MissingFigure, match="the report is not written"):
            evidence.figure(name, path, "amount")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<p>CPU 2.1 times better</p>", "a number without a record"),
        ('<p><a class="f" href="#experiment-9.cpu">2</a></p>', "a figure without its record"),
        ('<p><a class="f" href="2">2</a></p>', "a figure without its record"),
        ('<img src="https://example.com/x.png">', "loaded from elsewhere"),
        ('<link rel="stylesheet" href="x.css">', "loaded from elsewhere"),
        ('<p><a href="javascript:alert()">x</a></p>', "loaded from elsewhere"),
        ('<p><span class="f2">3</span></p>', "a number without a record"),
        ("<p><br>3</p>", "a number without a record"),
    ],
)
def test_the_audit_finds_what_no_page_may_hold(page: str, said: str) -> None:
    """Numbers out of nowhere, dead figures and addresses are found after the page was made."""
    with pytest.raises(EnvironmentProblem, match=said):
        audit.audit(page)


def test_the_audit_lets_records_words_and_code_be() -> None:
    """Digits in code, in somebody's words and in the records themselves are no claims."""
    audit.audit(
        '<p>see <code>x1</code> <span class="q">in 3 steps</span> <a class="f" href="#r.a%2Fb">2</a></p><i class="record" id="r.a/b">2</i>'
    )


def test_without_a_milestone_the_headline_is_called_a_product() -> None:
    """A product of ratios has no interval, and the page says that the whole was not measured."""
    html = build(material(session=factories.session()))
    assert dict(figures(html))["computed.gains/cpu_s/value"] == "2.00\u00d7"
    assert "The whole was not measured against the start" in html


def test_a_session_without_a_keep_claims_nothing() -> None:
    """No cards, no review, and said plainly."""
    html = build(
        material(
            records=[factories.record(1, "discard")],
            gains={},
            reviews=[],
            session=factories.session(),
            now=None,
            then=None,
        )
    )
    assert "Nothing was kept: no change was measurably better." in html
    assert 'class="card' not in html.partition("<body>")[2].partition("<script")[0]
    assert "No profile was taken." in html


def test_who_reviewed_and_how_findings_ended_is_shown() -> None:
    """An open finding and a missing review are as plain as an approval."""
    finding = Finding(
        1, "high", "order is lost", "b", "words.py", 3, 3, 0.9, "r", ended="refuted", reason="all callers sort"
    )
    attempt = Attempt("codex", "now", "unavailable", "codex is not on PATH")
    html = build(material(reviews=[review(outcome="needs-attention", findings=[finding], attempts=[attempt])]))
    assert "a Claude reviewer" in html
    assert "codex is not on PATH" in html
    assert "refuted: all callers sort" in html
    assert dict(figures(html))["review-1.findings/0/confidence"] == "0.90"
    html = build(material(reviews=[], due=Due("codeflash-agent review", "no reviewer has seen it")))
    assert "Not reviewed to the end." in html
    assert "Nobody has reviewed this branch." in html


EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}\x1b[2J\u202e"


def test_what_others_wrote_is_text() -> None:
    """Markup, template code and control characters in records and profiles neither run nor break the page."""
    record = factories.kept(
        description=EVIL,
        target=EVIL,
        hypothesis=EVIL,
        trade_off=EVIL,
        overruled=EVIL,
        explained={"gate": EVIL},
        interaction=EVIL,
    )
    evil = TakenProfile(
        1, "profiles/001.json", "At the start", [dataclasses.replace(factories.target(), function=EVIL, place=EVIL)],
        [{"pattern": EVIL, "evidence": EVIL}],
        flames.tree({**STACKS, "shared": {"frames": [{"name": EVIL, "file": EVIL, "line": 1}, {"name": EVIL}]}}),
    )  # fmt: skip
    html = build(
        material(project=EVIL, records=[record], then=evil, now=evil, reviews=[review(summary=EVIL, notes=[EVIL])],
                 session=factories.session(goal=EVIL, branch=EVIL, tests=EVIL, skipped=[Skip(EVIL, EVIL, "now")]))
    )  # fmt: skip
    # Four scripts of ours and the data; nobody's else.
    assert html.count("<script") - html.count('"<script') <= 5 + sum(text.count("<script") for text in _libraries())
    assert "<img" not in html.partition("<body>")[2].partition('<script type="application/json"')[0]
    assert "\x1b" not in html
    assert "49" not in re.sub(r"<script.*", "", html.partition("<h1")[2].partition("</h1>")[0])
    data = html.partition('id="data">')[2].partition("</script>")[0]
    assert json.loads(data)["ratios"]


def _libraries() -> list[str]:
    from codeflash_agent.report.page import ASSETS, SCRIPTS

    return [(ASSETS / name).read_text(encoding="utf-8") for name in SCRIPTS]


def test_only_the_pages_own_scripts_run() -> None:
    """The policy names each script by its hash and allows no address at all."""
    html = build(material())
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy.startswith(("default-src &#39;none&#39;;", "default-src 'none';"))
    assert policy.count("sha256-") == 4
    assert "unsafe-eval" not in policy


def test_the_same_records_make_the_same_page() -> None:
    """Nothing in a page depends on when or where it is made."""
    page = build(material())
    assert page == build(material())
    assert len(page.encode()) < 3_000_000


def test_flames_are_cut_to_what_can_be_seen() -> None:
    """Stacks become a tree with their weights; frames below the visible share are left out, an empty profile is None."""
    tree = flames.tree(STACKS)
    assert tree is not None
    assert tree["value"] == 1.0
    assert tree["children"] == [
        {"name": "main app.py:1", "value": 1.0, "children": [{"name": "parse load.py:9", "value": 0.9}]}
    ]
    assert flames.tree({"shared": {"frames": []}, "profiles": [{"samples": [], "weights": []}]}) is None
    tiny = {**STACKS, "profiles": [{"samples": [[0], [0, 1]], "weights": [1.0, 0.001]}]}
    assert "children" not in (flames.tree(tiny) or {})["children"][0]


def test_a_profile_from_before_the_last_keep_is_named_without_a_number() -> None:
    """A session may end on a keep that no profile followed; its page is written all the same."""
    from codeflash_agent.session.showing import BETWEEN

    given = material()
    assert given.now is not None
    html = build(dataclasses.replace(given, now=dataclasses.replace(given.now, commit_is=BETWEEN)))
    assert f"<h3>{BETWEEN}</h3>" in html
