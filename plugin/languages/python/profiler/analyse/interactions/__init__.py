"""The interaction patterns: what explains one domain's figure by another's, each with its evidence, else silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profiler.analyse.interactions import algorithm, copying, garbage, looping, recomputation, startup
from profiler.analyse.interactions.model import Evidence, Interaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Evidence", "Interaction", "find"]

DETECTORS: tuple[Callable[[Evidence], Iterator[Interaction]], ...] = (
    garbage.allocation_pauses,
    garbage.instance_dicts,
    copying.deep_copies,
    looping.blocking,
    looping.memory_per_task,
    algorithm.algorithm_by_size,
    recomputation.recomputation,
    startup.imports,
    startup.libraries,
)


def find(evidence: Evidence) -> list[Interaction]:
    """All patterns that the figures show, the largest effect first."""
    if evidence.table.cpu_s <= 0 or evidence.wall_s <= 0:
        return []
    found = [interaction for detector in DETECTORS for interaction in detector(evidence)]
    return sorted(found, key=lambda interaction: -interaction.effect)
