"""CPU stacks for speedscope.app and the viewers that read its format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from profiler.analyse.identity import Function
    from profiler.analyse.model import Sample

SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def render(name: str, samples: list[Sample]) -> dict[str, Any]:
    """A speedscope document of one sampled profile, weighted by CPU seconds, heaviest stacks first."""
    index: dict[Function, int] = {}
    stacks, weights = [], []
    for sample in sorted(samples, key=lambda sample: -sample.cpu_s):
        if sample.cpu_s <= 0 or not sample.stack:
            continue
        stacks.append([index.setdefault(function, len(index)) for function in reversed(sample.stack)])
        weights.append(sample.cpu_s)
    return {
        "$schema": SCHEMA,
        "name": name,
        "exporter": "codeflash unified profiler",
        "activeProfileIndex": 0,
        "shared": {
            "frames": [
                {"name": function.name or function.file, "file": function.file, "line": function.line}
                for function in index
            ]
        },
        "profiles": [
            {
                "type": "sampled",
                "name": name,
                "unit": "seconds",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": stacks,
                "weights": weights,
            }
        ],
    }
