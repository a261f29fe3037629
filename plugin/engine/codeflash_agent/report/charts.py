"""What the page's charts draw, and the figures that are computed from several records, each with what it is made of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from codeflash_agent.render.session import METRIC_NAMES
from codeflash_agent.render.visible import line
from codeflash_agent.report.evidence import anchor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from codeflash_agent.report.evidence import Evidence
    from codeflash_agent.report.page import Material
    from codeflash_agent.session.records import Record


def computed(material: Material) -> dict[str, Any]:
    """Counts, products and the steps of the waterfall; `from` says what each is made of."""
    kept = _kept(material)
    numbers = ", ".join(str(record.number) for record in kept)
    document: dict[str, Any] = {
        "experiments": {"value": len(material.records), "from": "records in experiments/"},
        "kept": {"value": len(kept), "from": "records in state keep"},
        "discarded": {
            "value": sum(record.state in ("discard", "crash") for record in material.records),
            "from": "records in state discard or crash",
        },
        "gains": {
            name: {"value": gain, "from": f"product of measurement/metrics/{name}/ratio of experiments {numbers}"}
            for name, gain in material.gains.items()
        },
    }
    metric = leading(material)
    if metric:
        document["waterfall"] = {"metric": metric, "steps": steps(kept, metric)}
    return document


def leading(material: Material) -> str:
    """The metric that gained most, which the waterfall shows; empty where nothing was gained."""
    return max(material.gains, key=lambda name: material.gains[name], default="")


def steps(kept: Sequence[Record], metric: str) -> list[dict[str, Any]]:
    """What each kept experiment left of the start's cost: 1 divided by the product of the ratios so far."""
    found, product = [], 1.0
    for record in kept:
        assert record.measurement is not None  # noqa: S101 - gains hold only metrics that every keep measured
        before = 1 / product
        product *= record.measurement.metrics[metric].ratio
        found.append(
            {
                "experiment": record.number,
                "before": before,
                "after": 1 / product if math.isfinite(product) else 0.0,
                "from": f"1 / product of measurement/metrics/{metric}/ratio up to experiment {record.number}",
            }
        )
    return found


def data(material: Material, evidence: Evidence) -> dict[str, Any]:
    """The document that the page's script draws from; every point knows the row that it comes from."""
    kept = _kept(material)
    last = material.session.milestones[-1] if material.session.milestones else None
    drawn: dict[str, Any] = {"ratios": [], "waterfall": None, "flames": []}
    sources = [(f"experiment-{record.number}", record.measurement, _label(record)) for record in kept]
    if last is not None and kept and last.commit == kept[-1].commit:
        sources.insert(0, (f"milestone-{last.number}", last.measurement, "all together"))
    for name, measurement, label in sources:
        for metric in measurement.metrics if measurement is not None else ():
            path = f"measurement/metrics/{metric}"
            point = {key: evidence.number(name, f"{path}/{key}") for key in ("ratio", "low", "high")}
            verdict = evidence.value(name, f"{path}/verdict")
            drawn["ratios"].append(
                {
                    **point,
                    "metric": METRIC_NAMES.get(metric, metric),
                    "of": label,
                    "verdict": verdict,
                    "href": f"#{anchor(name, f'{path}/ratio')}",
                }
            )
    metric = leading(material)
    if metric:
        drawn["waterfall"] = {"metric": METRIC_NAMES.get(metric, metric), "steps": _steps(kept, evidence)}
    for profile in (material.then, material.now):
        if (
            profile is not None
            and profile.flame is not None
            and profile.number not in [one["number"] for one in drawn["flames"]]
        ):
            drawn["flames"].append({"number": profile.number, "root": profile.flame})
    return drawn


def _steps(kept: Sequence[Record], evidence: Evidence) -> list[dict[str, Any]]:
    found = []
    for index, record in enumerate(kept):
        path = f"waterfall/steps/{index}"
        found.append(
            {
                "before": evidence.number("computed", f"{path}/before"),
                "after": evidence.number("computed", f"{path}/after"),
                "label": _label(record),
                "href": f"#{anchor('computed', f'{path}/after')}",
            }
        )
    return found


def _kept(material: Material) -> list[Record]:
    return [record for record in material.records if record.state == "keep"]


def _label(record: Record) -> str:
    return f"{record.number}: {line(record.description.removeprefix('perf: '), 60)}"
