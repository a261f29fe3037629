"""How time and memory of a callable, or of a command, grow with the size of its input."""

from __future__ import annotations

import os
import random
import subprocess
import time
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import Answer
from codeflash_python.environment import environment
from codeflash_python.tools import fitting, inside
from codeflash_python.tools.heat import Heated

if TYPE_CHECKING:
    from collections.abc import Callable

    from codeflash_agent.language import Inquiry

MARK = "{n}"
MIB = 1024 * 1024
STEEP = 1.7  # from this exponent on growth is worth a look
MOST_BATCHES = 4
CLEAR = 0.95  # share of the resamples that agree, from which more rounds would not change the answer
WAITING = 0.5  # where CPU is less of the time than this, the clock is fitted instead


def answer(inquiry: Inquiry) -> Answer:
    """Measure, fit, and say which law it is."""
    options = inquiry.options
    if options.get("callable"):
        request = {
            key: options.get(key) for key in ("callable", "input", "sizes", "start", "call_s", "rounds", "budget_s")
        }
        found = measure(
            request, lambda asked: inside.ask(inquiry, "scaling", asked, timeout_s=options["budget_s"] * 10 + 120)
        )
    else:
        found = _command(inquiry)
    cpu = {int(size): values for size, values in found["cpu_s"].items()}
    wall = {int(size): values for size, values in found["wall_s"].items()}
    peaks = {int(size): [float(value)] for size, value in found["peak_bytes"].items()}
    largest = max(cpu)
    waits = found.get("waits", True) and sum(map(min, cpu.values())) < WAITING * sum(map(min, wall.values()))
    timed = wall if waits else cpu
    document: dict[str, Any] = {
        "schema_version": 1,
        "subject": options.get("callable") or inquiry.command,
        "clock": "wall" if waits else "cpu",
        "sizes": sorted(cpu),
        "seconds": {size: min(timed[size]) for size in sorted(timed)},
        "repeats": len(timed[largest]),
        "time": fitting.fit(timed)._asdict(),
        "peak_bytes": {size: peaks[size][0] for size in sorted(peaks)},
        "memory": fitting.fit(peaks)._asdict() if len(peaks) > 1 else None,
        "heat": _heat(inquiry, str(options.get("callable") or "")),
    }
    time_fit = document["time"]
    named = time_fit["law"] in ("n²", "n³", "2ⁿ") and time_fit["sure"] >= fitting.SURE
    steep = named or time_fit["low"] >= STEEP
    return Answer(_lines(document), document, found=steep)


def measure(request: dict[str, Any], ask: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Ask for rounds at the same sizes until one law is clear, or `MOST_BATCHES` times."""
    found = ask({**request, "memory": True})
    for _ in range(MOST_BATCHES - 1):
        cpu = {int(size): values for size, values in found["cpu_s"].items()}
        if fitting.fit(cpu).sure >= CLEAR:
            break
        more = ask({**request, "sizes": found["sizes"], "memory": False})
        for clock in ("cpu_s", "wall_s"):
            for size, values in more[clock].items():
                found[clock][size].extend(values)
    return found


def _command(inquiry: Inquiry) -> dict[str, Any]:
    """Run the command at each size, `{n}` in it replaced, in rounds over all sizes."""
    options = inquiry.options
    if not any(MARK in word for word in inquiry.command):
        raise EnvironmentProblem(
            f"the command names no size; write {MARK} where it stands, as in `-- make_report --rows {MARK}`"
        )
    sizes = options.get("sizes") or [options["start"] << step for step in range(7)]
    environ = environment(inquiry.setup, inquiry.project, inquiry.tree)
    cpu: dict[int, list[float]] = {size: [] for size in sizes}
    wall: dict[int, list[float]] = {size: [] for size in sizes}
    peaks: dict[int, int] = dict.fromkeys(sizes, 0)
    chance = random.Random(0)  # noqa: S311 - an order, not a secret
    end = time.monotonic() + options["budget_s"]
    for round_number in range(options["rounds"]):
        for size in chance.sample(sizes, len(sizes)):
            argv = [word.replace(MARK, str(size)) for word in inquiry.command]
            start = time.perf_counter()
            try:
                process = subprocess.Popen(
                    argv, cwd=inquiry.tree, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
                )
            except OSError as error:
                raise EnvironmentProblem(
                    f"cannot run {argv[0]!r}: {error.strerror or error}; check the command after --"
                ) from error
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                raise EnvironmentProblem(
                    f"the command ended with {process.returncode} at size {size}; mend it, or give other --sizes"
                )
            wall[size].append(time.perf_counter() - start)
            cpu[size].append(usage.ru_utime + usage.ru_stime)
            peaks[size] = max(peaks[size], usage.ru_maxrss * 1024)
        inquiry.progress(f"round {round_number + 1} of {options['rounds']}")
        if time.monotonic() > end:
            break
    return {"cpu_s": cpu, "wall_s": wall, "peak_bytes": peaks}


def _heat(inquiry: Inquiry, name: str) -> str:
    """What the profile says of the callable, for the reader to weigh its law by."""
    heated = Heated(inquiry.profile, inquiry.tree, inquiry.project)
    _, _, qualified = name.partition(":")
    for _, row in heated.rows:
        if qualified and row["function"] == qualified:
            return f"{row['cpu_cum_percent']:.1f} % of the profiled time is in it and what it calls"
    return ""


def _lines(document: dict[str, Any]) -> list[str]:
    subject = document["subject"] if isinstance(document["subject"], str) else " ".join(document["subject"])
    lines = [f"[scaling] {subject}: {_law(document['time'])} ({document['clock']} time, {document['repeats']} rounds)"]
    if document["memory"]:
        lines.append(f"peak memory: {_law(document['memory'])}")
    if document["heat"]:
        lines.append(document["heat"])
    lines += ["", f"{'size':>12} {'seconds':>12} {'peak MiB':>10}"]
    for size, seconds in document["seconds"].items():
        peak = document["peak_bytes"].get(size)
        lines.append(f"{size:>12,} {seconds:>12.6f} {peak / MIB if peak is not None else 0:>10.2f}")
    return [*lines, "", *fitting.picture(list(document["seconds"].items()))]


def _law(fit: dict[str, Any]) -> str:
    exponent = f"exponent {fit['exponent']:.2f} [{fit['low']:.2f}, {fit['high']:.2f}]"
    if not fit["law"]:
        return f"{exponent}; too few sizes to name a law"
    if fit["sure"] < fitting.SURE:
        return f"{exponent}; {fit['law']} or {fit['second']}: not told apart, take larger sizes or more rounds"
    return f"{fit['law']}, {exponent}"
