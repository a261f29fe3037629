"""The state of a session as a whole; what belongs to one experiment is in `records`."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem, Refused
from codeflash_agent.language import SETUP_SCHEMA, Setup
from codeflash_agent.measure.model import Measurement, Method
from codeflash_agent.storage import atomic, schemas

if TYPE_CHECKING:
    from codeflash_agent.storage.layout import Layout

SCHEMA = 1
BRANCH = "codeflash/optimize"


@dataclass
class ProfileEntry:
    """One unified profile of the session's tree."""

    number: int
    file: str  # relative to .codeflash
    tree_hash: str  # git tree that was profiled
    command: str
    exit_code: int
    taken: str
    brief: bool = False  # only its first rows were shown so far


@dataclass
class Skip:
    """A target that was looked at and left, with the reason."""

    target: str
    reason: str
    at: str


@dataclass
class Dispatch:
    """Targets that a specialist works on in a session of its own."""

    slug: str  # names its worktree, its branch below codeflash/ and its files
    domain: str
    targets: list[str]  # file::function
    commit: str  # that it started from
    state: str  # one of the constants below
    at: str

    @property
    def branch(self) -> str:
        """The branch that its keeps are committed on."""
        return f"codeflash/{self.slug}"


MAKING = "making"  # the worktree is being made; a crash here is undone
OUT = "open"
COLLECTED = "collected"
ABANDONED = "abandoned"


@dataclass
class Milestone:
    """The whole branch measured against the start of the session."""

    number: int
    tag: str
    commit: str
    keeps: int  # kept experiments up to this commit
    measurement: Measurement
    at: str
    # By the benchmark that the session began with, where the method has another one by now.
    began_with: str = ""
    former: Measurement | None = None

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Milestone:
        """The inverse of `asdict`."""
        former = document.get("former")
        made = {"former": Measurement.from_json(former)} if former else {}
        return cls(**{**document, "measurement": Measurement.from_json(document["measurement"]), **made})


@dataclass
class Session:
    """What `.codeflash/session.json` holds; commits are full hashes, times are UTC in ISO 8601."""

    started: str
    goal: str
    branch: str
    in_place: bool
    tree: str  # where the session edits
    start_commit: str
    method: Method
    tests: str | None  # the locked test command; None only when the user said so
    guard: str | None  # the maintainers' extra command
    band: dict[str, float]  # metric -> smallest relative effect that may be claimed
    start_values: dict[str, float]  # metric -> median at the start
    baselines: list[dict[str, Any]] = field(default_factory=list)  # earlier methods, with when and why they ended
    profiles: list[ProfileEntry] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    dispatched: list[Dispatch] = field(default_factory=list)
    only: list[str] = field(default_factory=list)  # a dispatched session's targets; empty means all
    schema_version: int = SCHEMA

    @property
    def out(self) -> list[Dispatch]:
        """The dispatched sessions whose results are not in yet."""
        return [one for one in self.dispatched if one.state == OUT]

    def benchmark_of(self, digest: str) -> str:
        """The benchmark of the method with that digest: the locked one, or of one before a `baseline --again`."""
        earlier = [Method.from_json(one["method"]) for one in self.baselines]
        return next((method.benchmark for method in earlier if method.digest == digest), self.method.benchmark)

    @property
    def tree_path(self) -> Path:
        """The folder in which the session edits."""
        return Path(self.tree)

    def as_json(self) -> dict[str, Any]:
        """The document of `.codeflash/session.json`."""
        return {**asdict(self), "method": self.method.as_json()}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Session:
        """The inverse of `as_json`; keys of later versions are ignored."""
        known = {key: value for key, value in document.items() if key in cls.__dataclass_fields__}
        known["method"] = Method.from_json(known["method"])
        known["profiles"] = [ProfileEntry(**entry) for entry in known["profiles"]]
        known["skipped"] = [Skip(**entry) for entry in known.get("skipped", ())]
        known["dispatched"] = [Dispatch(**entry) for entry in known.get("dispatched", ())]
        known["milestones"] = [Milestone.from_json(entry) for entry in known.get("milestones", ())]
        return cls(**known)


def now() -> str:
    """The present moment, UTC, to the second."""
    return dt.datetime.now(dt.timezone.utc).isoformat(timespec="seconds")


def exists(layout: Layout) -> bool:
    """Whether a session was started here."""
    return layout.session_json.exists()


def load(layout: Layout) -> Session:
    """Read the session.

    Raises:
        Refused: none was started.
        EnvironmentProblem: its file cannot be read, or a newer codeflash wrote it.
    """
    if not exists(layout):
        raise Refused("no session here yet; start one with `codeflash-agent baseline`")
    document = schemas.read(layout.session_json, SCHEMA)
    try:
        return Session.from_json(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise EnvironmentProblem(
            f"{layout.session_json} is damaged ({error}); restore it, or move .codeflash away to start anew"
        ) from error


def save(layout: Layout, session: Session) -> None:
    """Write the session, atomically."""
    atomic.write_json(layout.session_json, session.as_json())


def load_setup(layout: Layout) -> Setup:
    """Read what `setup` found.

    Raises:
        Refused: setup has not run.
    """
    if not layout.setup_json.exists():
        raise Refused("the environment is not known yet; run `codeflash-agent setup` first")
    return Setup.from_json(schemas.read(layout.setup_json, SETUP_SCHEMA, unsaid=1))
