"""The report."""

from __future__ import annotations

import json
from typing import Sequence

from convoy.runner import Result


def to_json(results: Sequence[Result]) -> str:
    """The whole report as one document."""
    return json.dumps(
        [
            {"path": result.path, "findings": result.findings.to_dict() if result.findings else None, "error": result.error}
            for result in results
        ],
        indent=1,
        sort_keys=True,
        ensure_ascii=False,
    )


def to_text(results: Sequence[Result]) -> str:
    """A line for each manuscript and one for all."""
    lines = []
    for result in results:
        if result.findings is None:
            lines.append(f"{result.path}: not checked, {result.error}")
            continue
        found = result.findings
        lines.append(
            f"{result.path}: {found.words} words, {len(found.unknown)} unknown, "
            f"{len(found.long_sentences)} long sentences, {len(found.repeated)} repeated"
        )
    checked = [result.findings for result in results if result.findings]
    lines.append(f"{len(checked)} of {len(results)} checked, {sum(found.words for found in checked)} words")
    return "\n".join(lines)
