"""CPU stacks for speedscope.app and the viewers that read its format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from profiler.analyse.cpu import START

if TYPE_CHECKING:
    from profiler.analyse.model import Sample

SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def render(name: str, samples: list[Sample]) -> dict[str, Any]:
    """A speedscope document of one sampled profile, weighted by CPU seconds, heaviest stacks first."""
    index: dict[tuple[str, str, int], int] = {}  # name, file, line -> number of the frame
    stacks, weights = [], []
    for sample in sorted(samples, key=lambda sample: -sample.cpu_s):
        if sample.cpu_s <= 0:
            continue
        frames = [(function.name or function.file, function.file, function.line) for function in reversed(sample.stack)]
        stacks.append([index.setdefault(frame, len(index)) for frame in frames or [(START, "", 0)]])
        weights.append(sample.cpu_s)
    return {
        "$schema": SCHEMA,
        "name": name,
        "exporter": "codeflash unified profiler",
        "activeProfileIndex": 0,
        "shared": {"frames": [{"name": function, "file": file, "line": line} for function, file, line in index]},
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
