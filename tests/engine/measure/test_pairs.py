"""Order, looks, stopping, resuming and repeating of paired measurements."""

from __future__ import annotations

import json
import os
import random
import threading
from typing import TYPE_CHECKING

import pytest

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.measure import pairs
from codeflash_agent.measure.model import Measurement, Method, Pair, Sample
from codeflash_agent.measure.process import BenchmarkFailed
from codeflash_agent.storage import atomic
from tests.engine.measure.factories import python, sample, side

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from codeflash_agent.measure.model import Side


class Script:
    """Stands for the process runner: gives scripted samples and remembers which side ran when."""

    def __init__(self, give: Callable[[str, int], Sample | Exception]) -> None:
        """Ask `give` for each run, with the side's name and the number of the run."""
        self.runs: list[str] = []
        self._give = give

    def __call__(
        self,
        _method: Method,
        asked: Side,
        _supervisor: object = None,
        attempt: Callable[[Callable[[], Sample]], Sample] = lambda run: run(),
        _cpus: object = None,
    ) -> Sample:
        """Give, or raise, what the script has for this run."""

        def run() -> Sample:
            self.runs.append(asked.name)
            given = self._give(asked.name, len(self.runs))
            if isinstance(given, Exception):
                raise given
            return given

        return attempt(run)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[str, int], Sample | Exception]], Script]:
    """Replace the process runner by a script."""

    def install(give: Callable[[str, int], Sample | Exception]) -> Script:
        script = Script(give)
        monkeypatch.setattr(pairs, "run_benchmark", script)
        return script

    return install


def _measure(tmp_path: Path, **changes: object) -> Measurement:
    options = {"seed": 1, "budget_s": 1e6, "band": {}, **changes}
    method = options.pop("method", Method("scripted"))
    return pairs.measure_pairs(method, side(tmp_path, "base"), side(tmp_path, "head"), **options)  # type: ignore[arg-type]


def _quiet(base: float, head: float) -> Callable[[str, int], Sample]:
    generator = random.Random(2)
    return lambda name, _: sample((base if name == "base" else head) * generator.uniform(0.997, 1.003))


def _noisy(name: str, run: int) -> Sample:
    return sample(random.Random(run).uniform(0.5, 1.5))


@pytest.mark.parametrize("seed", range(20))
def test_each_side_is_first_equally_often(seed: int) -> None:
    """After any even number of pairs each side was first in half of them."""
    first = [pairs.first_of(seed, index) for index in range(30)]
    assert all(first[:count].count("base") * 2 == count for count in range(2, 31, 2))


def test_the_order_is_random() -> None:
    """The order differs between seeds and is no plain alternation."""
    orders = {tuple(pairs.first_of(seed, index) for index in range(10)) for seed in range(50)}
    assert len(orders) > 20


def test_runs_follow_the_order(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """After one warm-up of each side, runs come in the order that the seed gives, and pairs say who was first."""
    script = scripted(_quiet(1.0, 1.0))
    seen: list[Pair] = []
    _measure(tmp_path, seed=7, on_pair=seen.append)
    expected = ["base", "head"]
    for index in range(5):
        first = pairs.first_of(7, index)
        expected += [first, "head" if first == "base" else "base"]
    assert script.runs == expected
    assert [pair.first for pair in seen] == [pairs.first_of(7, index) for index in range(5)]


@pytest.mark.parametrize(("head", "verdict"), [(0.7, "better"), (1.0, "same"), (1.4, "worse")])
def test_a_clear_answer_ends_at_the_first_look(
    tmp_path: Path, scripted: Callable[..., Script], head: float, verdict: str
) -> None:
    """On a quiet machine five pairs settle a large gain, a large loss, and no change."""
    scripted(_quiet(1.0, head))
    measurement = _measure(tmp_path)
    assert (measurement.pairs, measurement.complete) == (5, True)
    assert measurement.metrics["cpu_s"].verdict == verdict


def test_a_small_gain_is_measured_to_the_last_look(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """A gain below 5 % is claimed only after the last look, however clear it was before."""
    scripted(_quiet(1.03, 1.0))
    measurement = _measure(tmp_path)
    assert measurement.pairs == 30
    assert measurement.metrics["cpu_s"].verdict == "better"


def test_noise_goes_to_the_last_look_and_stays_inconclusive(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """Where nothing can be told, all looks are taken, and the measurement is complete and inconclusive."""
    scripted(_noisy)
    measurement = _measure(tmp_path)
    assert (measurement.pairs, measurement.complete) == (30, True)
    assert measurement.metrics["cpu_s"].verdict == "inconclusive"


def test_the_budget_ends_it(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """With no budget left one pair is still measured, nothing is claimed, and the measurement is not complete."""
    scripted(_quiet(2.0, 1.0))
    measurement = _measure(tmp_path, budget_s=0.0)
    assert (measurement.pairs, measurement.complete) == (1, False)
    assert measurement.metrics["cpu_s"].verdict == "inconclusive"


def test_calls_that_go_on_from_each_other_are_one_measurement(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """Interrupted after every pair and resumed from JSON lines, the pairs and their order are those of one call."""
    scripted(_noisy)
    whole: list[Pair] = []
    _measure(tmp_path, on_pair=whole.append)
    lines: list[str] = []
    complete = False
    while not complete:
        done = [pairs.pair_from_json(json.loads(line)) for line in lines]
        measurement = _measure(
            tmp_path, budget_s=0.0, done=done, on_pair=lambda pair: lines.append(json.dumps(pairs.pair_to_json(pair)))
        )
        complete = measurement.complete
    assert measurement.pairs == len(lines) == len(whole) == 30
    assert [json.loads(line)["first"] for line in lines] == [pair.first for pair in whole]
    assert [json.loads(line)["index"] for line in lines] == list(range(30))


def test_a_decided_measurement_runs_nothing_again(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """Given pairs that settle all metrics, no process is started, not even to warm up."""
    scripted(_quiet(1.0, 0.7))
    done: list[Pair] = []
    first = _measure(tmp_path, on_pair=done.append)
    script = scripted(_quiet(1.0, 0.7))
    again = _measure(tmp_path, done=done)
    assert script.runs == []
    assert again.metrics == first.metrics


def test_pairs_survive_json() -> None:
    """A pair with metrics, directions and notes is the same after a line of JSON."""
    noted = Sample(sample(1.0, p=3.0, better="higher").values, 0, "abc", ("a note",))
    pair = Pair(3, "head", noted, sample(2.0))
    line = json.dumps(pairs.pair_to_json(pair))
    assert "\n" not in line
    assert pairs.pair_from_json(json.loads(line)) == pair


def test_a_measurement_survives_json(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """What measuring returns is the same after being stored and read."""
    scripted(_quiet(1.0, 0.7))
    measurement = _measure(tmp_path)
    assert Measurement.from_json(json.loads(json.dumps(measurement.as_json()))) == measurement


def test_one_failure_of_a_pair_is_repeated(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """A run that fails once is made again, and the measurement says so."""
    fails = {4}
    scripted(
        lambda name, run: (
            BenchmarkFailed("the benchmark ended with exit status 1") if run in fails else _quiet(1, 0.7)(name, run)
        )
    )
    measurement = _measure(tmp_path)
    assert measurement.pairs == 5
    assert any("exit status 1" in note for note in measurement.notes)


def test_a_second_failure_is_reported(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """A run that fails twice running ends the call with the benchmark's own line; pairs before it were handed on."""
    kept: list[Pair] = []
    scripted(lambda name, run: BenchmarkFailed("the benchmark ended with exit status 1") if run > 8 else sample(1.0))
    with pytest.raises(EnvironmentProblem, match="exit status 1"):
        _measure(tmp_path, on_pair=kept.append)
    assert len(kept) == 3


def test_a_missing_program_is_not_tried_twice(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """What cannot be run at all is reported at once."""
    script = scripted(lambda name, run: EnvironmentProblem("cannot run 'x'"))
    with pytest.raises(EnvironmentProblem, match="cannot run"):
        _measure(tmp_path)
    assert len(script.runs) == 1


@pytest.mark.parametrize(
    ("base", "head", "changed"),
    [
        (["a"] * 5, ["a"] * 5, False),
        (["a"] * 5, ["b"] * 5, True),
        (["a"] * 5, ["a", "a", "b", "a", "a"], True),
        (["a", "b", "a", "b", "a"], ["c"] * 5, False),
    ],
)
def test_output_is_compared_where_the_base_is_constant(base: list[str], head: list[str], changed: bool) -> None:
    """Different output is noticed when base always prints the same, and never when base itself varies."""
    measured = [
        Pair(i, "base", sample(1.0, output=one), sample(1.0, output=other))
        for i, (one, other) in enumerate(zip(base, head))
    ]
    assert pairs.output_changed(measured) is changed


def test_metrics_that_come_and_go_are_mentioned(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """A metric that head does not report is not compared, and the measurement says so."""
    scripted(lambda name, run: sample(1.0, p=2.0) if name == "base" else sample(1.0))
    measurement = _measure(tmp_path)
    assert "p" not in measurement.metrics
    assert any(note.startswith("p was reported by both sides in 0 of 5") for note in measurement.notes)


def test_the_band_is_measured_on_equal_sides(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """A noisy machine has a wider band than a quiet one, which has the floor."""
    method = Method("scripted")
    scripted(_noisy)
    noisy = pairs.measure_band(method, side(tmp_path), side(tmp_path, "head"), seed=1)
    script = scripted(_quiet(1.0, 1.0))
    quiet = pairs.measure_band(method, side(tmp_path), side(tmp_path, "head"), seed=1)
    assert quiet == {"wall_s": 0.02, "cpu_s": 0.02, "rss_mib": 0.01}
    assert noisy["cpu_s"] > 0.03
    assert len(script.runs) == 12


def test_measurements_at_once_take_turns(
    tmp_path: Path, scripted: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process measures, this one says so and waits, and its budget does not run meanwhile."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(pairs, "TURN_SILENCE_S", 0.1)
    other = atomic.locked(tmp_path / f"codeflash-measuring-{os.getuid()}.lock")
    other.__enter__()
    threading.Timer(1.0, lambda: other.__exit__(None, None, None)).start()
    script = scripted(_quiet(1.0, 0.7))
    told: list[str] = []
    measurement = _measure(tmp_path, progress=told.append, method=Method("scripted", warmups=0), budget_s=5)
    assert any("another measurement" in line for line in told)
    assert (measurement.pairs, measurement.complete) == (5, True)
    assert len(script.runs) == 10


def test_waiting_for_a_turn_ends_with_the_budget(
    tmp_path: Path, scripted: Callable[..., Script], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A measurement elsewhere that does not end costs this call its budget at most, and the line says what to do."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(pairs, "TURN_SILENCE_S", 0.1)
    script = scripted(_quiet(1.0, 0.7))
    with (
        atomic.locked(tmp_path / f"codeflash-measuring-{os.getuid()}.lock"),
        pytest.raises(
            EnvironmentProblem, match=r"another measurement has had this machine .* run the same command again"
        ),
    ):
        _measure(tmp_path, budget_s=0.3)
    assert script.runs == []


def test_a_real_gain_is_measured(tmp_path: Path) -> None:
    """Two real trees, one of which does a third of the work: CPU is better, memory the same, and each ran its own."""
    trees = {}
    for name, rounds in (("base", 3), ("head", 1)):
        trees[name] = tmp_path / name
        trees[name].mkdir()
        source = f"import time\nend = time.process_time() + 0.05 * {rounds}\nwhile time.process_time() < end: pass\n"
        command = python(trees[name], source + f"print('codeflash-metric rounds={rounds}')")
    told: list[str] = []
    measurement = pairs.measure_pairs(
        Method(command),
        side(trees["base"], "base"),
        side(trees["head"], "head"),
        seed=1,
        budget_s=60,
        band={},
        progress=told.append,
    )
    assert measurement.metrics["cpu_s"].verdict == "better"
    assert measurement.metrics["rounds"].ratio == pytest.approx(3.0)
    assert measurement.metrics["rss_mib"].verdict in ("same", "inconclusive")
    assert not measurement.output_changed
    assert any("pair 5 of 5" in line for line in told)


def test_a_method_keeps_its_digest_when_nothing_new_is_set() -> None:
    """Methods of before have the digest that they had, survive JSON, and differ once a new field is set."""
    old = Method("python bench.py")
    assert old.digest == "a20b0e5a7f5a"
    new = Method("python bench.py", runs=3, results=("a.json",), ignore=("x+",), second="python bench.py 2")
    assert new.digest != old.digest
    assert Method.from_json(json.loads(json.dumps(new.as_json()))) == new


def test_undecided_times_name_the_remedy(tmp_path: Path, scripted: Callable[..., Script]) -> None:
    """After the last look without an answer on time, a note says what would make it one."""
    scripted(_noisy)
    assert pairs.NOISY in _measure(tmp_path).notes
    scripted(_quiet(1.0, 0.7))
    assert pairs.NOISY not in _measure(tmp_path).notes
