"""The values that measuring produces and that records keep."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LISTS = ("looks", "results", "ignore", "extras")  # fields of a method that JSON has as lists
LOWER = "lower"
HIGHER = "higher"


@dataclass(frozen=True)
class Method:
    """The locked way of measuring; two measurements count as the same only when their `digest` is equal."""

    benchmark: str  # a command as a person would type it at the top of the tree
    environment: dict[str, str] = field(default_factory=dict)  # variables fixed on top of the language's
    looks: tuple[int, ...] = (5, 15, 30)  # numbers of pairs after which the interval is looked at
    warmups: int = 1  # uncounted runs of each side
    timeout_s: float = 600.0  # one run of the benchmark
    runs: int = 1  # of the benchmark for one sample, of which the best figures count
    results: tuple[str, ...] = ()  # files below the tree that the benchmark writes; they belong to its output
    ignore: tuple[str, ...] = ()  # regular expressions; what they match is left out when outputs are compared
    second: str = ""  # the same benchmark with another input, run before a KEEP
    extras: tuple[str, ...] = ()  # what is measured besides, on request: names of `extras.KINDS`
    pinned: bool = False  # both sides of a pair run on one CPU, while neither has a second process or thread

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that name this method; a field added since is in it where it is set."""
        added = ("runs", "results", "ignore", "second", "extras", "pinned")
        defaults = Method("")
        document: dict[str, Any] = asdict(self)
        for name in added:
            if document[name] == getattr(defaults, name):
                del document[name]
        text = json.dumps(document, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def as_json(self) -> dict[str, Any]:
        """A JSON document of the method."""
        lists = {key: list(getattr(self, key)) for key in LISTS}
        return {**asdict(self), **lists, "digest": self.digest}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Method:
        """The inverse of `as_json`."""
        known = {key: value for key, value in document.items() if key in cls.__dataclass_fields__}
        known.update({key: tuple(known[key]) for key in LISTS if key in known})
        return cls(**known)


@dataclass(frozen=True)
class Side:
    """One of the two trees being compared."""

    name: str  # "base" or "head"
    tree: Path
    # Called before every run with a folder for its probes; removes what probes of earlier runs left there, and gives the
    # whole process environment.
    environment: Any  # Callable[[Path], Mapping[str, str]]
    read_probe: Any  # Callable[[Path], Mapping[str, float]]
    startup: str = ""  # a command that starts the project and does nothing more


@dataclass(frozen=True)
class Value:
    """One figure of one run."""

    amount: float
    unit: str
    better: str = LOWER


@dataclass(frozen=True)
class Sample:
    """One run of the benchmark in a fresh process tree.

    `values` always has `wall_s`, `cpu_s` (the tree's user and system seconds) and `rss_mib` (concurrent peak of the
    tree), has `gc_s` where the language can tell, and one entry for each metric that the benchmark printed.
    """

    values: Mapping[str, Value]
    exit_code: int
    output_digest: str  # of standard output without metric lines, and of the files in `Method.results`
    notes: tuple[str, ...] = ()  # what a person should know about this run, one line each
    information: Mapping[str, float] = field(default_factory=dict)  # figures that nothing is decided by
    tasks: int = 1  # the most processes and threads that were seen at one time; not stored


@dataclass(frozen=True)
class Pair:
    """Both sides run next to each other; `first` names the side that ran first."""

    index: int
    first: str
    base: Sample
    head: Sample


@dataclass(frozen=True)
class Ratio:
    """One metric compared: `ratio` is how many times better head is, so above 1 is an improvement.

    `base` and `head` are medians; `low` and `high` bound the 95 % interval of `ratio`, which is the median of the pairs'
    ratios, or, where `by` says `fastest quarter`, that of the two sides' fastest quarters (`statistics` says when); `verdict`
    is `better`, `worse`, `same` (the interval lies within the band around 1) or `inconclusive`.
    """

    base: float
    head: float
    ratio: float
    low: float
    high: float
    verdict: str
    unit: str
    better: str = LOWER
    by: str = ""  # what `ratio` is of, where that is not the median over pairs
    fastest: float = 0.0  # the ratio of the fastest quarters, 0 where it was not computed


@dataclass(frozen=True)
class Measurement:
    """The outcome of measuring pairs by one method."""

    metrics: dict[str, Ratio]
    pairs: int
    band: dict[str, float]  # metric -> smallest relative effect that may be claimed on this machine
    seconds: float  # time spent measuring in this call
    complete: bool  # False where the budget ended it before the interval was narrow enough
    output_changed: bool  # the two sides printed different output
    notes: tuple[str, ...] = ()  # what a person should know about these figures, one line each
    information: dict[str, list[float]] = field(
        default_factory=dict
    )  # name -> medians of base and head; decides nothing

    def as_json(self) -> dict[str, Any]:
        """A JSON document of the measurement."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Measurement:
        """The inverse of `as_json`."""
        metrics = {name: Ratio(**ratio) for name, ratio in document["metrics"].items()}
        return cls(**{**document, "metrics": metrics, "notes": tuple(document.get("notes", ()))})
