"""Measuring two sides in pairs: who runs first, when to look, when to stop, and how pairs are kept.

Order: pairs come in blocks of two, one with each side first, in an order drawn from the seed. After any even number of
pairs each side was first equally often, and a pair's order depends on the seed and its number alone, so a measurement
that was interrupted goes on as if it had not been.

Stopping: after each number of pairs in `Method.looks` the ratios are computed. Before the last look measuring ends only
when every metric is settled: *same*, or *better* or *worse* by at least 5 % (an effect below 5 % counts only when it
still stands at the last look, several times as many pairs after the first). What a verdict takes at a small number
of pairs is in `statistics`.
"""

from __future__ import annotations

import contextlib
import math
import os
import random
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.measure import statistics
from codeflash_agent.measure.model import Measurement, Pair, Ratio, Sample, Value
from codeflash_agent.measure.pinning import Pin
from codeflash_agent.measure.process import BenchmarkFailed, Supervisor, run_benchmark
from codeflash_agent.storage import atomic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from codeflash_agent.measure.model import Method, Side


SMALL_EFFECT = 0.05
NOISY = (
    "no time could be decided: the runs vary too much; let the benchmark repeat its work within one process and print "
    "the seconds of its fastest call as a codeflash-metric line, or give it more work"
)
TURN_PATIENCE_S = 3600.0
TOLD_EVERY = 5  # pairs
TURN_SILENCE_S = 5.0


def measure_pairs(
    method: Method,
    base: Side,
    head: Side,
    *,
    seed: int,
    budget_s: float,
    band: Mapping[str, float],
    done: Sequence[Pair] = (),
    on_pair: Callable[[Pair], None] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Measurement:
    """Measure pairs until every metric is settled, the last look is reached, or the budget is used up.

    Args:
        method: what to run and when to look.
        base: the side to compare against.
        head: the side with the change.
        seed: of the order.
        budget_s: seconds for this call, warm-ups included; a pair that would not fit is not begun, but one is
            always measured, so that calls which go on from each other get somewhere.
        band: metric -> smallest relative effect that may be claimed (`measure_band`).
        done: pairs of an earlier, interrupted call; they count and are not measured again.
        on_pair: told each new pair as soon as it is measured.
        progress: told one line at a time.

    Returns:
        The ratios over all pairs, `done` included. `complete` is False where the budget ended it; another call with
        these pairs in `done` goes on.

    Raises:
        EnvironmentProblem: the benchmark cannot be run, or failed twice running; a run that failed is made again.
    """
    say = progress or _quiet
    pairs = list(done)
    clock = _Clock(budget_s)
    notes: dict[str, None] = {}
    ratios = _look(pairs, method, band)
    with contextlib.closing(Supervisor()) as supervisor:
        pin = Pin(wanted=False)
        if not _finished(ratios, len(pairs), method):
            pin = Pin(wanted=method.pinned, warmed_up=_warm_up(method, (base, head), supervisor, clock, notes, say))
        while not _finished(ratios, len(pairs), method) and clock.has_room():
            pair = _measure_pair(method, base, head, len(pairs), seed, supervisor, clock, pin, notes, say)
            pairs.append(pair)
            if on_pair is not None:
                on_pair(pair)
            ratios = _look(pairs, method, band)
            if len(pairs) % TOLD_EVERY == 0:
                say(_line(pair, pairs, method))
        if method.pinned and not pin.alone:
            notes["not pinned to one CPU, because a side had more than one process or thread"] = None
    complete = _finished(ratios, len(pairs), method)
    if not complete:
        say(f"the budget of {budget_s:.0f} s ended the measurement after {len(pairs)} pairs")
    shown = ratios if ratios is not None else statistics.summarise(pairs, band)
    return Measurement(
        metrics=shown,
        pairs=len(pairs),
        band={name: _effective_band(name, band) for name in statistics.shared_metrics(pairs)},
        seconds=clock.spent(),
        complete=complete,
        output_changed=output_changed(pairs),
        notes=(*notes, *_notes_on(pairs, method, shown)),
        information=_information(pairs),
    )


def _information(pairs: Sequence[Pair]) -> dict[str, list[float]]:
    """The medians of what both sides told for information, in all pairs."""
    told = [[side.information for side in (pair.base, pair.head)] for pair in pairs]
    names = [name for name in (told[0][0] if told else ()) if all(name in side for pair in told for side in pair)]
    return {name: [median(pair[place][name] for pair in told) for place in (0, 1)] for name in names}


def measure_band(
    method: Method,
    side_a: Side,
    side_b: Side,
    *,
    seed: int,
    pairs: int = 5,
    budget_s: float = math.inf,
    progress: Callable[[str], None] | None = None,
) -> dict[str, float]:
    """Measure two sides that hold the same code, and say how small an effect may be claimed on this machine.

    Args:
        method: as it will be used for the real measurement.
        side_a: one side.
        side_b: the other, with the same code.
        seed: of the order.
        pairs: how many to measure.
        budget_s: seconds after which no further pair is begun.
        progress: told one line at a time.

    Returns:
        Metric -> relative effect, 0.02 for 2 %; the formula is `statistics.band_of`.

    Raises:
        EnvironmentProblem: as in `measure_pairs`.
    """
    say = progress or _quiet
    clock = _Clock(budget_s)
    notes: dict[str, None] = {}
    measured: list[Pair] = []
    with contextlib.closing(Supervisor()) as supervisor:
        pin = Pin(wanted=method.pinned, warmed_up=_warm_up(method, (side_a, side_b), supervisor, clock, notes, say))
        while len(measured) < pairs and clock.has_room():
            number = len(measured)
            measured.append(_measure_pair(method, side_a, side_b, number, seed, supervisor, clock, pin, notes, say))
            if len(measured) % TOLD_EVERY == 0:
                say(f"noise of this machine: pair {len(measured)} of {pairs}")
    band = {}
    for name in statistics.shared_metrics(measured):
        base, head = statistics.figures(measured, name)
        band[name] = statistics.band_of(base, head, floor=statistics.floor_of(name), longest=method.looks[-1])
    return band


class _Clock:
    """The budget of one call.

    Waiting for another measurement's turn does not use it up, but is never longer than it: whoever called may allow one
    command only so much time.
    """

    def __init__(self, budget_s: float) -> None:
        self._start = time.monotonic()
        self._budget_s = budget_s
        self._waited_s = 0.0
        self._longest_pair_s = 0.0
        self._pairs = 0

    def spent(self) -> float:
        return time.monotonic() - self._start - self._waited_s

    def has_room(self) -> bool:
        return self._pairs == 0 or self.spent() + self._longest_pair_s <= self._budget_s

    @contextlib.contextmanager
    def pair(self) -> Iterator[None]:
        before = self.spent()
        yield
        self._pairs += 1
        self._longest_pair_s = max(self._longest_pair_s, self.spent() - before)

    @contextlib.contextmanager
    def turn(self, say: Callable[[str], None]) -> Iterator[None]:
        """Hold the machine-wide lock, so that two measurements at once take turns instead of disturbing each other."""
        before = time.monotonic()
        lock = Path(tempfile.gettempdir()) / f"codeflash-measuring-{os.getuid()}.lock"
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(atomic.locked(lock, patience_s=TURN_SILENCE_S))
            except EnvironmentProblem:
                say("another measurement runs on this machine; waiting for a turn")
                patience = min(TURN_PATIENCE_S, max(self._budget_s - self._waited_s, TURN_SILENCE_S))
                try:
                    held.enter_context(atomic.locked(lock, patience_s=patience))
                except EnvironmentProblem as error:
                    raise EnvironmentProblem(
                        f"another measurement has had this machine for {patience:.0f} s; let it end, then run the same "
                        "command again: pairs that were measured are kept"
                    ) from error
            self._waited_s += time.monotonic() - before
            yield


def first_of(seed: int, index: int) -> str:
    """The side that runs first in the pair of this number."""
    base_leads_block = random.Random(f"{seed}:{index // 2}").random() < 0.5  # noqa: S311 - statistics, not secrets
    return "base" if base_leads_block == (index % 2 == 0) else "head"


def _warm_up(
    method: Method,
    sides: tuple[Side, Side],
    supervisor: Supervisor,
    clock: _Clock,
    notes: dict[str, None],
    say: Callable[[str], None],
) -> list[Sample]:
    samples = []
    for _ in range(method.warmups):
        for side in sides:
            say(f"warming {side.name} up")
            with clock.turn(say):
                samples.append(run_benchmark(method, side, supervisor, lambda run: _patiently(run, notes, say)))
    return samples


def _measure_pair(
    method: Method,
    base: Side,
    head: Side,
    index: int,
    seed: int,
    supervisor: Supervisor,
    clock: _Clock,
    pin: Pin,
    notes: dict[str, None],
    say: Callable[[str], None],
) -> Pair:
    first = first_of(seed, index)
    samples = {}
    with clock.turn(say), clock.pair():
        cpus = pin.choose()
        for role, side in (("base", base), ("head", head)) if first == "base" else (("head", head), ("base", base)):
            samples[role] = run_benchmark(method, side, supervisor, lambda run: _patiently(run, notes, say), cpus)
    pair = Pair(index, first, samples["base"], samples["head"])
    both = (pair.base, pair.head)
    pin.note(sum(sample.values["cpu_s"].amount for sample in both), max(sample.tasks for sample in both))
    return pair


def _patiently(run: Callable[[], Sample], notes: dict[str, None], say: Callable[[str], None]) -> Sample:
    """Run once more after a failure: a benchmark that fails now and then can still be measured."""
    try:
        return run()
    except BenchmarkFailed as error:
        say(f"{error}; once more")
        notes[f"repeated: {error}"] = None
        return run()


def _look(pairs: list[Pair], method: Method, band: Mapping[str, float]) -> dict[str, Ratio] | None:
    """The ratios where this number of pairs is one to look at, else None."""
    if len(pairs) in method.looks or len(pairs) > method.looks[-1]:
        return statistics.summarise(pairs, band)
    return None


def _finished(ratios: Mapping[str, Ratio] | None, count: int, method: Method) -> bool:
    if ratios is None:
        return False
    return count >= method.looks[-1] or all(settled(ratio) for ratio in ratios.values())


def settled(ratio: Ratio) -> bool:
    """Whether more pairs are not needed to say what there is to say about a metric."""
    if ratio.verdict == statistics.SAME:
        return True
    large = abs(math.log(ratio.ratio)) >= math.log1p(SMALL_EFFECT)
    return large and ratio.verdict in (statistics.BETTER, statistics.WORSE)


def output_changed(pairs: Sequence[Pair]) -> bool:
    """Whether head printed something else than base.

    Only a base that always prints the same can tell: where its own runs differ from each other, a head that differs
    says nothing. (What counts as the same is in `output.read`.)
    """
    known = {pair.base.output_digest for pair in pairs}
    return len(known) == 1 and any(pair.head.output_digest not in known for pair in pairs)


def _noisy(ratios: Mapping[str, Ratio]) -> bool:
    """Whether time stayed undecided, so that a quieter figure is what is missing."""
    known = [ratio for name, ratio in ratios.items() if ratio.unit in ("s", "ms", "us", "ns") and name != "gc_s"]
    return bool(known) and all(ratio.verdict == statistics.INCONCLUSIVE for ratio in known)


def _notes_on(pairs: Sequence[Pair], method: Method, ratios: Mapping[str, Ratio]) -> list[str]:
    """What the pairs show besides their figures: metrics that came and went, and the notes of single runs."""
    notes: dict[str, None] = {}
    for role in ("base", "head"):
        for pair in pairs:
            sample: Sample = getattr(pair, role)
            notes.update(dict.fromkeys(f"{role}: {note}" for note in sample.notes))
    names = dict.fromkeys(name for pair in pairs for sample in (pair.base, pair.head) for name in sample.values)
    for name in names:
        count = sum(name in pair.base.values and name in pair.head.values for pair in pairs)
        if count < len(pairs):
            notes[f"{name} was reported by both sides in {count} of {len(pairs)} pairs only"] = None
        directions = {s.values[name].better for p in pairs for s in (p.base, p.head) if name in s.values}
        if len(directions) > 1:
            notes[f"{name} was reported as better=lower and as better=higher; the base's word counts"] = None
    if len(pairs) >= method.looks[-1] and _noisy(ratios):
        notes[NOISY] = None
    if method.runs > 1:
        notes[f"each figure is the best of {method.runs} runs, because one run is short"] = None
    if pairs and len({pair.base.output_digest for pair in pairs}) > 1:
        notes[
            "the benchmark's output differs from run to run on the base, so the two sides' outputs are not compared"
        ] = None
    return list(notes)


def _effective_band(name: str, band: Mapping[str, float]) -> float:
    return max(band.get(name, 0.0), statistics.floor_of(name))


def _line(pair: Pair, pairs: Sequence[Pair], method: Method) -> str:
    goal = next((look for look in method.looks if look >= len(pairs)), method.looks[-1])
    shown = []
    for name in ("cpu_s", "wall_s"):
        base, head = pair.base.values[name].amount, pair.head.values[name].amount
        shown.append(f"{name} {base:.3f} -> {head:.3f}")
    return f"pair {len(pairs)} of {goal}: {', '.join(shown)}"


def _quiet(_: str) -> None:
    """Say nothing."""


def pair_to_json(pair: Pair) -> dict[str, Any]:
    """A JSON document of one pair, small enough for a line."""
    return {"index": pair.index, "first": pair.first, "base": _sample_to(pair.base), "head": _sample_to(pair.head)}


def pair_from_json(document: Mapping[str, Any]) -> Pair:
    """The inverse of `pair_to_json`."""
    base, head = _sample_from(document["base"]), _sample_from(document["head"])
    return Pair(document["index"], document["first"], base, head)


def _sample_to(sample: Sample) -> dict[str, Any]:
    values = {name: [value.amount, value.unit, value.better] for name, value in sample.values.items()}
    document: dict[str, Any] = {"values": values, "exit_code": sample.exit_code, "output": sample.output_digest}
    if sample.information:
        document["information"] = dict(sample.information)
    return {**document, "notes": list(sample.notes)} if sample.notes else document


def _sample_from(document: Mapping[str, Any]) -> Sample:
    values = {name: Value(*value) for name, value in document["values"].items()}
    notes, information = tuple(document.get("notes", ())), document.get("information", {})
    return Sample(values, document["exit_code"], document["output"], notes, information)
