"""What the verdict and its gates say."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

KEEP = "keep"
DISCARD = "discard"
FIX = "fix"  # tests failed: mend the change or discard it


@dataclass(frozen=True)
class Finding:
    """Something that stops a KEEP until it is explained.

    `gate` is a fixed word (`tests-failing`, `tests-vanished`, `tests-skipped`, `test-files-changed`,
    `benchmark-files-changed`, `output-changed`, …) and `what` one line that says what was seen.
    """

    gate: str
    what: str


@dataclass(frozen=True)
class Verdict:
    """The decision, with the rule that made it."""

    status: str  # keep | discard | fix
    rule: str  # the rule's short name, e.g. "target better, none worse"
    reason: str  # one line with the figures
    better: tuple[str, ...]  # metrics better with their whole interval
    worse: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """A JSON document of the verdict."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Verdict:
        """The inverse of `as_json`."""
        findings = tuple(Finding(**finding) for finding in document.get("findings", ()))
        return cls(
            **{**document, "better": tuple(document["better"]), "worse": tuple(document["worse"]), "findings": findings}
        )
