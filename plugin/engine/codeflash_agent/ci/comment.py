"""What is said on the pull request and in the job's summary: made from figures that were checked, in words that cannot do anything."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.render.markdown import block, code, words
from codeflash_agent.render.measurement import amount_text
from codeflash_agent.render.session import METRIC_NAMES, times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPTIMIZE = "<!-- codeflash: optimize -->"
CHECK = "<!-- codeflash: check -->"
VERDICTS = ("better", "worse", "same", "inconclusive")
SHOWN = 20
MARKS = {"better": "🟢", "worse": "🔴", "same": "⚪", "inconclusive": "⚪"}


class Untrusted(EnvironmentProblem):
    """A result is not what a program of ours wrote."""


def session_comment(result: Mapping[str, Any], *, pushed: str) -> str:
    """The comment after a session; `pushed` is the new commit, empty where nothing was pushed.

    Raises:
        Untrusted: the result is malformed.
    """
    experiments = [_dict(one) for one in _list(result.get("experiments"))]
    kept = [one for one in experiments if one.get("state") == "keep"]
    lost = [one for one in experiments if one.get("state") in ("discard", "crash")]
    session = _dict(result.get("session"))
    milestones = [_dict(one) for one in _list(session.get("milestones"))]
    lines = ["## codeflash", ""]
    if kept and pushed:
        lines += [f"**{len(kept)} of {len(experiments)} experiments kept**, pushed as {code(pushed[:12])}.", ""]
    elif kept:
        lines += [f"**{len(kept)} of {len(experiments)} experiments kept, but nothing was pushed.**", ""]
    else:
        lines += [
            f"**Nothing was kept** of {len(experiments)} experiments: no change was measurably better. The branch is as it was.",
            "",
        ]
    if milestones and kept:
        whole = _dict(milestones[-1].get("measurement"))
        lines += ["All of it against the branch as it was:", "", *table(_dict(whole.get("metrics"))), ""]
    for one in kept[:SHOWN]:
        lines += [f"### {words(_text(one.get('description')), 200)}", "", words(_text(one.get("hypothesis")), 600), ""]
        lines += [*table(_dict(_dict(one.get("measurement")).get("metrics"))), ""]
    if lost:
        lines += ["<details><summary>Tried and discarded</summary>", ""]
        lines += [
            f"- {code(_text(one.get('target')), 120)}: {words(_text(one.get('description')), 300)}"
            for one in lost[:SHOWN]
        ]
        lines += ["", "</details>", ""]
    reviews = [_dict(one) for one in _list(result.get("reviews"))]
    settled = result.get("review_settled") is True
    said = [
        f"{words(_text(one.get('outcome')), 40)} by {words(_text(one.get('reviewer')) or 'nobody', 40)}"
        for one in reviews
    ]
    if kept:
        lines += [f"Review: {', '.join(said) or 'none'}; {'settled' if settled else '**not settled**'}.", ""]
        benchmark = _text(_dict(session.get("method")).get("benchmark"))
        start = _text(session.get("start_commit"))[:12]
        lines += [
            "Measure it again:",
            "",
            *block(f"codeflash-agent compare {code_word(start)} HEAD --benchmark {quoted(benchmark)}"),
            "",
        ]
    return "\n".join(lines)


def check_comment(result: Mapping[str, Any]) -> str:
    """The comment of a check: what a pull request does to the benchmark.

    Raises:
        Untrusted: the result is malformed.
    """
    regressions = [_text(one) for one in _list(result.get("regressions"))]
    base, head = (code_word(_text(result.get(name))[:12]) for name in ("base", "head"))
    benchmark = _text(result.get("benchmark"))
    verdict = (
        f"🔴 **Slower or heavier: {words(', '.join(regressions), 200)}**" if regressions else "🟢 **No regression**"
    )
    return "\n".join(
        [
            "## codeflash check",
            "",
            f"{verdict}, {code(base)} against {code(head)}.",
            "",
            *table(_dict(result.get("metrics"))),
            "",
            f"{_number(result.get('pairs')):.0f} pairs of fresh processes, both sides in one job. Measure it again:",
            "",
            *block(f"codeflash-agent compare {base} {head} --benchmark {quoted(benchmark)}"),
            "",
        ]
    )


def table(metrics: Mapping[str, Any]) -> list[str]:
    """Ratios with their intervals as a table.

    Raises:
        Untrusted: a figure is no number, or a verdict none of ours.
    """
    if not metrics:
        return ["not measured"]
    lines = ["| | metric | before | after | ratio | 95 % interval |", "| --- | --- | ---: | ---: | ---: | --- |"]
    for name, value in list(metrics.items())[:SHOWN]:
        one = _dict(value)
        verdict = one.get("verdict")
        if verdict not in VERDICTS:
            raise Untrusted(f"a verdict is {verdict!r}, which no program of ours writes; nothing is published")
        unit = words(_text(one.get("unit")), 12)
        before, after = (f"{amount_text(_number(one.get(key)))} {unit}".strip() for key in ("base", "head"))
        ratio, low, high = (times(_number(one.get(key))) for key in ("ratio", "low", "high"))
        label = words(METRIC_NAMES.get(str(name), str(name)), 60)
        lines.append(f"| {MARKS[verdict]} {verdict} | {label} | {before} | {after} | **{ratio}x** | {low} to {high} |")
    return lines


def picture(metrics: Mapping[str, Any]) -> list[str]:
    """The ratios as a chart that GitHub draws in a summary; letters and digits only go into it."""
    found = [
        (METRIC_NAMES.get(str(name), str(name)), _number(_dict(one).get("ratio")))
        for name, one in list(metrics.items())[:8]
    ]
    if not found:
        return []
    names = ", ".join(
        f'"{"".join(letter for letter in name if letter.isalnum() or letter in " _")[:20]}"' for name, _ in found
    )
    top = max(1.2, *(ratio for _, ratio in found))
    return [
        "```mermaid",
        "xychart-beta",
        '  title "times better than before (1 is as before)"',
        f"  x-axis [{names}]",
        f'  y-axis "ratio" 0 --> {top * 1.05:.2f}',
        f"  bar [{', '.join(f'{ratio:.3f}' for _, ratio in found)}]",
        "```",
    ]


def code_word(text: str) -> str:
    """A hash or nothing: whatever else it is, it is not shown."""
    return text if text and all(letter in "0123456789abcdef" for letter in text) else "?"


def quoted(text: str) -> str:
    """A shell word that holds the text on one line."""
    return "'" + " ".join(text.split()).replace("'", "'\"'\"'") + "'"


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Untrusted(f"a figure is {str(value)[:40]!r}, no number; nothing is published")
    return float(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Untrusted("a text of the result is none; nothing is published")
    return value


def _dict(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Untrusted("a part of the result has another shape than our programs write; nothing is published")
    return value


def _list(value: Any) -> Sequence[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Untrusted("a part of the result has another shape than our programs write; nothing is published")
    return value
