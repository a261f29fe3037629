"""What `baseline` says of the method that it locked."""

from __future__ import annotations

import pytest

from codeflash_agent.commands.baseline import method_lines
from tests.engine.session import factories


@pytest.mark.parametrize(
    ("band", "advised"),
    [
        ({"cpu_s": 0.09, "wall_s": 0.2}, True),
        ({"cpu_s": 0.02, "wall_s": 0.2}, False),
        ({"cpu_s": 0.09, "wall_s": 0.2, "call_s": 0.02}, False),
        ({"cpu_s": 0.09, "wall_s": 0.2, "call_s": 0.08}, True),
        ({"cpu_s": 0.09, "wall_s": 0.2, "alloc_peak_mib": 0.01}, True),  # steady, and says nothing of time
    ],
)
def test_a_finer_benchmark_is_advised_where_no_figure_of_time_is_steady(
    band: dict[str, float], *, advised: bool
) -> None:
    """One steady figure that the program prints is enough."""
    assert any("noisy here" in line for line in method_lines(factories.session(band=band))) is advised
