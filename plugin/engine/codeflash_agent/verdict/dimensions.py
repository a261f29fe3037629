"""Which metric speaks for a dimension, and which metrics are two views of one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codeflash_agent.measure import statistics

if TYPE_CHECKING:
    from codeflash_agent.measure.model import Ratio

METRIC_OF = {"cpu": "cpu_s", "memory": "rss_mib", "gc": "gc_s", "async": "wall_s", "structure": "wall_s"}
DOMAINS = tuple(METRIC_OF)  # what a cost or an experiment can be about

TIME, MEMORY, COLLECTOR = "time", "memory", "collector"
_GROUP_OF = {"instructions": TIME, "cpu_s": TIME, "wall_s": TIME, "rss_mib": MEMORY, "gc_s": COLLECTOR}
_MEMORY_UNITS = ("B", "bytes", "KiB", "MiB", "GiB", "kB", "MB", "GB")


def metric_of(target: str | None) -> str | None:
    """The metric of a dimension; a metric's own name stays what it is."""
    return None if target is None else METRIC_OF.get(target, target)


def group_of(metric: str, ratio: Ratio) -> str:
    """What a metric is a view of: CPU seconds and wall seconds are both time.

    A benchmark's own metric belongs to time or memory when its unit says so, and stands for itself otherwise.
    """
    if metric in _GROUP_OF:
        return _GROUP_OF[metric]
    if ratio.unit in statistics.TIME_UNITS:
        return TIME
    return MEMORY if ratio.unit in _MEMORY_UNITS else metric
