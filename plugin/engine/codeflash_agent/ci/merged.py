"""Results of many jobs, as `compare --json` wrote them, in one report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codeflash_agent.ci import comment
from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.render.markdown import code, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Result:
    """One comparison; `worse` are the metrics that regressed."""

    file: str
    benchmark: str
    base: str
    head: str
    metrics: dict[str, Any]
    worse: tuple[str, ...]


def read(folder: Path) -> list[Result]:
    """Every result below `folder`, in the order of their files.

    Raises:
        EnvironmentProblem: there is none, or a file is none of ours.
    """
    results = []
    for path in sorted(folder.rglob("*.json")):
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            one = Result(
                str(path.relative_to(folder)),
                str(document["benchmark"]),
                comment.code_word(str(document["base"])[:12]),
                comment.code_word(str(document["head"])[:12]),
                dict(document["metrics"]),
                tuple(str(name) for name in document["regressions"]),
            )
            comment.table(one.metrics)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EnvironmentProblem(
                f"{path} is no result of `compare --json` ({type(error).__name__}); take it away"
            ) from error
        results.append(one)
    if not results:
        raise EnvironmentProblem(f"no result lies below {folder}; give the folder of the artifacts")
    return results


def markdown(results: Sequence[Result]) -> str:
    """One heading and table for each result, regressions first named."""
    worse = [one for one in results if one.worse]
    lines = ["# codeflash: results of many jobs", ""]
    lines += [f"{len(results)} comparisons, {len(worse)} with a regression.", ""]
    lines += [
        f"- {code(one.benchmark, 120)} ({words(one.file, 120)}): {words(', '.join(one.worse), 120)} worse"
        for one in worse
    ]
    for one in results:
        lines += [
            "",
            f"## {code(one.benchmark, 120)}",
            "",
            f"{code(one.base)} against {code(one.head)}, from {words(one.file, 120)}",
            "",
        ]
        lines += comment.table(one.metrics)
    return "\n".join([*lines, ""])
