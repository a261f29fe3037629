"""What happened to the lines on their way into the report."""

from __future__ import annotations

import copy

from orderreport.model import Line


class Trail:
    """The state of the lines after each stage.

    A stage's figures are those of the moment when it was recorded, whatever later stages do to the lines.
    """

    def __init__(self) -> None:
        self._stages: list[tuple[str, list[Line]]] = []

    def record(self, stage: str, lines: list[Line]) -> None:
        """Note the lines as they are after `stage`."""
        self._stages.append((stage, copy.deepcopy(lines)))

    def summary(self) -> list[tuple[str, int, int, int]]:
        """For each stage its name, the number of lines, of orders, and of lines already converted."""
        return [
            (
                stage,
                len(lines),
                len({line.order for line in lines}),
                sum(line.euro_cents is not None for line in lines),
            )
            for stage, lines in self._stages
        ]
