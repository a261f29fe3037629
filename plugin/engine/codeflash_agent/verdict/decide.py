"""The verdict: ratios and findings in, keep, discard or fix out.

*Better* and *worse* are the measurement's words: the whole interval lies on that side of 1 and the effect is beyond the
machine's band (`measure.statistics`). What lies within the band is neither, so a trifle never decides. A gain *counts*
from `minimum` (5 %) on; a smaller one counts when it stands after `CONFIRMED_PAIRS` pairs, which is the first look and
three more of its size. The rules, the first that applies:

| situation | verdict | rule |
| --- | --- | --- |
| tests newly fail | fix | tests fail |
| no metric better | discard | none better, gain within the band, or inconclusive |
| a metric better, another worse, net positive | keep | net positive |
| a metric better, another worse, net not positive | discard | net negative |
| no gain counts | discard | gain below the minimum |
| the target is CPU time, which is inconclusive, and instructions were counted and are fewer | keep | fewer instructions |
| target counts, and a metric of another group better | keep | compound |
| target counts | keep | target better, none worse |
| target does not count, another metric better by the minimum | keep | another dimension better |

CPU and wall seconds are one group, so a CPU gain is no compound for having shortened the wall time too.

Net of a trade-off: the sum over the groups time, memory and each metric of its own of log(low) of the smallest gain and
log(low) of the largest loss in the group, that is, every ratio at the pessimistic end of its interval; positive means
the product of all ratios is a gain of 1 % even then. Collector seconds are CPU seconds already, so they count only where time is
neither better nor worse, and then as the share of the CPU time that they are.

Findings do not change what the figures say: they are handed on, and a keep with findings may be recorded only once
they are explained. The caller leaves explained ones out.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from codeflash_agent.measure import statistics
from codeflash_agent.measure.model import HIGHER
from codeflash_agent.verdict import dimensions
from codeflash_agent.verdict.model import DISCARD, FIX, KEEP, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from codeflash_agent.measure.model import Measurement, Ratio
    from codeflash_agent.verdict.model import Finding

MINIMUM = 0.05
INSTRUCTIONS = "instructions"
STARTUP = "startup_wall"
CONFIRMED_PAIRS = 20
SLIGHT = 0.02
EXPECTED = 0.15  # the most that a price may be which was foreseen and not yet seen
NET_MINIMUM = math.log(1.01)
FAILING = "tests-failing"
NONE_BETTER, NET_NEGATIVE, WITHIN_BAND = "none better", "net negative", "gain within the band"
CLEAN_NO = (NONE_BETTER, NET_NEGATIVE)


def tests_failed(findings: Sequence[Finding]) -> Verdict:
    """The verdict on a change that newly fails tests, whatever it gains."""
    what = "; ".join(finding.what for finding in findings if finding.gate == FAILING)
    return Verdict(FIX, "tests fail", f"{what or 'tests fail'}; mend the change or discard it", (), (), tuple(findings))


def decide(
    measurement: Measurement,
    *,
    target: str | None,
    findings: Sequence[Finding] = (),
    minimum: float = MINIMUM,
) -> Verdict:
    """Apply the rules of this module's text.

    Args:
        measurement: the ratios.
        target: the dimension (`cpu`, `memory`, `gc`, `async`, `structure`) or metric that the change is about; None
            when all count alike.
        findings: of the gates, those left out that were explained.
        minimum: the gain from which on a metric counts at once, 0.05 for 5 %.

    Returns:
        The verdict; with findings, a keep waits for their explanation.
    """
    if any(finding.gate == FAILING for finding in findings):
        return tests_failed(findings)
    measurement = dataclasses.replace(measurement, metrics=_without_idle_counts(measurement.metrics))
    ratios = measurement.metrics
    better = [name for name, ratio in ratios.items() if ratio.verdict == statistics.BETTER]
    worse = [name for name, ratio in ratios.items() if ratio.verdict == statistics.WORSE]
    confirmed = measurement.pairs >= CONFIRMED_PAIRS
    counting = [name for name in better if confirmed or ratios[name].ratio >= 1.0 + minimum]
    metric = dimensions.metric_of(target)
    if target == "structure" and STARTUP in ratios:
        metric = STARTUP
    status, rule, text = _rule(measurement, metric, better, worse, counting, minimum)
    return Verdict(status, rule, text, tuple(better), tuple(worse), tuple(findings))


def is_clean_no(verdict: Verdict) -> bool:
    """Whether a discard leaves no question: figures narrow enough to tell, nothing gained beyond what was lost.

    A figure too wide to tell, a gain that is real and small, one that fresh pairs did not show, and whatever a gate found
    want somebody's judgement first.
    """
    return verdict.status == DISCARD and verdict.rule in CLEAN_NO and not verdict.findings


def slight_price(verdict: Verdict, measurement: Measurement, expected: str = "") -> str:
    """What a trade-off costs where that leaves no question, as one line for the record; empty where it does.

    That is a net gain of the minimum or more in some metric, against losses that are below 2 % even at the pessimistic end.
    One that was `expected`, in words, may be 15 %.
    """
    ratios = measurement.metrics
    large = any(ratios[name].ratio >= 1.0 + MINIMUM for name in verdict.better)
    if verdict.status != KEEP or not verdict.worse or verdict.findings or not large:
        return ""
    lowest = min(ratios[name].low for name in verdict.worse)
    if lowest < 1.0 - (EXPECTED if expected else SLIGHT):
        return ""
    why = f"a price below {SLIGHT:.0%}" if lowest >= 1.0 - SLIGHT else expected
    return "; ".join(shown(name, ratios[name]) for name in verdict.worse) + f": {why}"


def _without_idle_counts(ratios: Mapping[str, Ratio]) -> dict[str, Ratio]:
    """The ratios without that of instructions, unless it breaks a tie.

    That is where CPU seconds are inconclusive and their median is not on the other side.
    """
    count, cpu = ratios.get(INSTRUCTIONS), ratios.get("cpu_s")
    if count is None:
        return dict(ratios)
    open_tie = cpu is None or cpu.verdict == statistics.INCONCLUSIVE
    agrees = cpu is None or (cpu.ratio - 1.0) * (count.ratio - 1.0) >= 0.0
    return {name: ratio for name, ratio in ratios.items() if name != INSTRUCTIONS or (open_tie and agrees)}


def _rule(
    measurement: Measurement,
    metric: str | None,
    better: Sequence[str],
    worse: Sequence[str],
    counting: Sequence[str],
    minimum: float,
) -> tuple[str, str, str]:
    ratios = measurement.metrics
    gains = "; ".join(shown(name, ratios[name]) for name in better)
    losses = "; ".join(shown(name, ratios[name]) for name in worse)
    if not better:
        return _nothing_better(measurement, metric, losses)
    if not counting:
        need = f"a gain below {minimum:.0%} counts after {CONFIRMED_PAIRS} pairs, these were {measurement.pairs}"
        return DISCARD, "gain below the minimum", f"{gains}; {need}"
    if worse:
        return _trade_off(ratios, counting, worse, f"{gains}; against {losses}")
    targets = [metric] if metric is not None else list(counting)
    if metric == "cpu_s":
        targets.append(INSTRUCTIONS)
    hit = [name for name in targets if name in counting]
    if hit == [INSTRUCTIONS]:
        return KEEP, "fewer instructions", f"{gains}; CPU seconds are inconclusive, and instructions break the tie"
    if hit:
        groups = {dimensions.group_of(name, ratios[name]) for name in better}
        if len(groups) > 1:
            return KEEP, "compound", f"{gains}; none worse"
        return KEEP, "target better, none worse", f"{gains}; none worse"
    others = [name for name in counting if ratios[name].ratio >= 1.0 + minimum]
    if others:
        aim = shown(metric, ratios[metric]) if metric in ratios else f"{metric} was not measured"
        return KEEP, "another dimension better", f"{gains}; target {aim}; none worse"
    return (
        DISCARD,
        "gain below the minimum",
        f"{gains}; the target {metric} is not better and no other by {minimum:.0%}",
    )


def _nothing_better(measurement: Measurement, metric: str | None, losses: str) -> tuple[str, str, str]:
    ratios = measurement.metrics
    if losses:
        return DISCARD, NONE_BETTER, f"none better; {losses}"
    aims = [metric] if metric in ratios else list(ratios)
    open_ones = [name for name in aims if name is not None and ratios[name].verdict == statistics.INCONCLUSIVE]
    if open_ones:
        text = "; ".join(shown(name, ratios[name]) for name in open_ones)
        wide = f"{text}: the interval is too wide after {measurement.pairs} pairs to claim a gain"
        return DISCARD, "inconclusive", f"{wide}; that was the last look, so measuring the same again adds nothing"
    hidden = [name for name, ratio in ratios.items() if ratio.low >= 1.0 + statistics.floor_of(name)]
    if hidden:
        text = "; ".join(shown(name, ratios[name]) for name in hidden)
        band = f"{text}: beyond chance, within what this machine showed between equal trees at the baseline"
        advice = (
            "where it is quieter now, or the benchmark can be finer: discard, `baseline --again REASON`, the same again"
        )
        return DISCARD, WITHIN_BAND, f"{band}; {advice}"
    text = "; ".join(shown(name, ratios[name]) for name in aims if name is not None) or "no metric was measured"
    return DISCARD, NONE_BETTER, f"none better: {text}"


def _trade_off(
    ratios: Mapping[str, Ratio], better: Sequence[str], worse: Sequence[str], text: str
) -> tuple[str, str, str]:
    net = net_gain(ratios, better, worse)
    words = f"{text}; net {math.exp(net):.3f}x at the pessimistic ends"
    if net >= NET_MINIMUM:
        return KEEP, "net positive", f"{words}: write the trade-off down"
    return DISCARD, NET_NEGATIVE, words


def net_gain(ratios: Mapping[str, Ratio], better: Sequence[str], worse: Sequence[str]) -> float:
    """The logarithm of what a trade-off gains over all groups; the module's text says how groups count."""
    groups: dict[str, tuple[list[float], list[float]]] = {}
    for names, place in ((better, 0), (worse, 1)):
        for name in names:
            group = dimensions.group_of(name, ratios[name])
            groups.setdefault(group, ([], []))[place].append(math.log(ratios[name].low))
    if dimensions.COLLECTOR in groups:
        del groups[dimensions.COLLECTOR]
        if dimensions.TIME not in groups:
            groups[dimensions.COLLECTOR] = ([_collector_as_cpu(ratios)], [])
    return sum(min(gains, default=0.0) + min(losses, default=0.0) for gains, losses in groups.values())


def _collector_as_cpu(ratios: Mapping[str, Ratio]) -> float:
    collector, cpu = ratios["gc_s"], ratios.get("cpu_s")
    if cpu is None or cpu.base <= 0.0:
        return math.log(collector.low)
    saved = min(collector.base - collector.head, 0.99 * cpu.base)
    return -math.log1p(-saved / cpu.base)


def shown(name: str, ratio: Ratio) -> str:
    """One metric in a few words: `cpu_s 1.31x [1.28, 1.34] better`."""
    sense = " (higher is better)" if ratio.better == HIGHER else ""
    return f"{name}{sense} {ratio.ratio:.3f}x [{ratio.low:.3f}, {ratio.high:.3f}] {ratio.verdict}"
