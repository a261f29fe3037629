"""The page: records in, one HTML text out, checked before anybody sees it."""

from __future__ import annotations

import base64
import hashlib
import json
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from codeflash_agent.render import report as report_render
from codeflash_agent.render import review as review_render
from codeflash_agent.render import session as render
from codeflash_agent.render.visible import line, visible
from codeflash_agent.report import audit, charts
from codeflash_agent.report.evidence import Evidence, anchor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codeflash_agent.review.state import Due, Review
    from codeflash_agent.session.records import Record
    from codeflash_agent.session.state import Session
    from codeflash_agent.session.targets import Target

HERE = Path(__file__).parent
ASSETS = HERE.parent.parent / "assets"
SCRIPTS = ("d3.min.js", "plot.umd.min.js", "d3-flamegraph.umd.min.js")
TARGETS_SHOWN = 10
SHOWN_OF_RECORD = (
    "state",
    "target",
    "domains",
    "hypothesis",
    "opened",
    "closed",
    "base_commit",
    "commit",
    "measurement",
    "confirmation",
    "second",
    "verdict",
    "explained",
    "overruled",
    "interaction",
    "trade_off",
    "description",
    "dispatched",
)


@dataclass(frozen=True)
class TakenProfile:
    """One unified profile as the page shows it: its table, its interactions, and its stacks where they were kept."""

    number: int
    file: str
    commit_is: str  # what state of the program it is of, in words
    targets: Sequence[Target]
    interactions: Sequence[Mapping[str, Any]]
    flame: dict[str, Any] | None


@dataclass(frozen=True)
class Material:
    """Everything that a page is made from."""

    project: str
    version: str
    session: Session
    records: Sequence[Record]
    gains: Mapping[str, float]
    fates: Mapping[str, str]
    then: TakenProfile | None
    now: TakenProfile | None
    reviews: Sequence[Review] = ()
    due: Due | None = None


def build(material: Material) -> str:
    """The whole page.

    Raises:
        EnvironmentProblem: it would show a figure without a record.
    """
    evidence = gathered(material)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        finalize=lambda text: visible(text) if type(text) is str else text,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(line=line)
    data = json.dumps(charts.data(material, evidence), ensure_ascii=True).replace("<", "\\u003c")
    scripts = [_script(ASSETS / name) for name in SCRIPTS] + [_script(HERE / "report.js")]
    kept = [record for record in material.records if record.state == "keep"]
    html = environment.get_template("report.html.j2").render(
        m=material,
        session=material.session,
        kept=kept,
        nothing=report_render.NOTHING_KEPT if material.records else report_render.NOTHING_TRIED,
        lost=[record for record in material.records if record.state in ("discard", "crash")],
        running=[record for record in material.records if not record.decided],
        whole=_whole(material, kept),
        evidence=evidence,
        f=evidence.figure,
        anchor=anchor,
        names=render.METRIC_NAMES,
        reviewers=review_render.REVIEWERS,
        ending=review_render.ending_text,
        outcome=review_render.outcome_text,
        interactions=_interactions(kept),
        data=Markup(data),  # noqa: S704 - `<` is escaped above, and it stands in a script that is no code
        style=Markup((HERE / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - ours
        scripts=[Markup(text) for text in scripts],  # noqa: S704 - ours and the pinned libraries
        policy=_policy(scripts),
        reproduce=_reproduction(material, kept),
        shown=TARGETS_SHOWN,
    )
    audit.audit(html)
    return html


def gathered(material: Material) -> Evidence:
    """All records under the names that the page knows them by."""
    evidence = Evidence()
    session = material.session
    for record in material.records:
        document = record.as_json()
        chosen = {key: document[key] for key in SHOWN_OF_RECORD if document.get(key) not in (None, "", [], {})}
        for side, report in (("tests_base", record.tests_base), ("tests_head", record.tests_head)):
            if report is not None and report.granular:
                chosen[side] = {"passed": report.passed, "failed": report.failed, "command": report.command}
        file = f"experiments/{record.number:03d}.json"
        evidence.add(
            f"experiment-{record.number}", f"Experiment {record.number}", file, {"number": record.number, **chosen}
        )
    for milestone in session.milestones:
        name = f"milestone-{milestone.number}"
        evidence.add(name, f"Milestone {milestone.tag}", "session.json (milestones)", asdict(milestone))
    about = {
        "started": session.started,
        "start_commit": session.start_commit,
        "branch": session.branch,
        "method": session.method.as_json(),
        "band": session.band,
        "start_values": session.start_values,
        "profiles": len(session.profiles),
    }
    evidence.add("session", "Session", "session.json", about)
    for profile in {one.number: one for one in (material.then, material.now) if one is not None}.values():
        rows = [asdict(target) for target in profile.targets[:TARGETS_SHOWN]]
        shown: dict[str, Any] = {"targets": rows, "targets_in_all": len(profile.targets)}
        if profile.flame is not None:
            shown["sampled_cpu_s"] = profile.flame["value"]
        evidence.add(f"profile-{profile.number}", f"Profile {profile.number}", profile.file, shown)
    for review in material.reviews:
        evidence.add(
            f"review-{review.number}", f"Review {review.number}", f"reviews/{review.number:03d}.json", review.as_json()
        )
    evidence.add("computed", "Computed from the records above", "report --json", charts.computed(material))
    return evidence


def _whole(material: Material, kept: Sequence[Record]) -> str:
    """The name of the milestone that covers everything kept; empty where there is none."""
    last = material.session.milestones[-1] if material.session.milestones else None
    return f"milestone-{last.number}" if last is not None and kept and last.commit == kept[-1].commit else ""


def _interactions(kept: Sequence[Record]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for record in kept:
        if record.interaction != "none":
            found.setdefault(record.interaction, []).append(record.number)
    return found


def _reproduction(material: Material, kept: Sequence[Record]) -> list[tuple[str, str]]:
    """What a figure is, and the one command that measures it again."""
    session = material.session
    benchmark = f"--benchmark {shlex.quote(session.method.benchmark)}"
    commands = []
    if kept:
        commands.append(
            (
                "the whole against the start",
                f"codeflash-agent compare {session.start_commit[:12]} {kept[-1].commit[:12]} {benchmark}",
            )
        )
    commands += [
        (
            line(record.description, 120),
            f"codeflash-agent compare {record.base_commit[:12]} {record.commit[:12]} {benchmark}",
        )
        for record in kept
    ]
    commands += [
        ("the target table and the flame graph", "codeflash-agent profile"),
        ("this page", "codeflash-agent report --html report.html"),
    ]
    return commands


def _script(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if "</script" in text.lower():
        raise ValueError(f"{path.name} would end its own element")
    return text


def _policy(scripts: Sequence[str]) -> str:
    """Only these scripts run, and nothing is loaded from anywhere."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in scripts
    )
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src {hashes}; base-uri 'none'; form-action 'none'"
