"""What the session has gained so far: products of the kept experiments' measured ratios."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from codeflash_agent.session import records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.session.records import Record


def products(all_records: Sequence[Record]) -> dict[str, float]:
    """Metric -> product of the ratios of all keeps (above 1 is better).

    Only metrics that every keep measured and at least one moved: a product of noise says nothing.
    """
    kept = [record.measurement.metrics for record in all_records if record.state == records.KEEP and record.measurement]
    if not kept:
        return {}
    shared = [
        name
        for name in kept[0]
        if all(name in metrics for metrics in kept)
        and any(metrics[name].verdict in ("better", "worse") for metrics in kept)
    ]
    gains = {name: math.prod(metrics[name].ratio for metrics in kept) for name in shared}
    return {name: gain for name, gain in gains.items() if math.isfinite(gain)}
