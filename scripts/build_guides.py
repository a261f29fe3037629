"""Build the references whose examples are programs: text, code before and after, and the measured effect.

    python scripts/build_guides.py             writes plugin/languages/python/references/<guide>.md
    python scripts/build_guides.py --check     says whether they are up to date (exit status 1 when not)
    python scripts/build_guides.py --measure [--pairs 11] [--only EXAMPLE]
                                               runs each example before and after in pairs, and keeps the figures

`scripts/guides/<guide>/head.md` opens a guide, `tail.md` ends it where it is there; `<number>-<example>/` holds `about.md` (a
line `title:`, a blank line, the text), `before.py` and `after.py`, which print the same. What is above `# --- end` is shown. A
line `kind:` names the pattern that the profile prints. A line `payoff:` (cpu, wall or rss) says by which figure the
example is meant: such guides are ordered by it, `{table}` in their head is the list, and they are written to
`<guide>/guide.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ROOT / "scripts" / "guides"
REFERENCES = ROOT / "plugin" / "languages" / "python" / "references"
END = "# --- end"
PAIRS = 11


class Run(NamedTuple):
    """One run of an example: seconds, MiB, and what it printed."""

    cpu_s: float
    wall_s: float
    rss_mib: float
    output: str


def guides() -> list[Path]:
    """The folders of all guides."""
    return sorted(head.parent for head in GUIDES.glob("*/head.md"))


def examples(guide: Path) -> list[Path]:
    """The folders of a guide's examples, in the order of their numbers."""
    return sorted(
        (about.parent for about in guide.glob("*/about.md")), key=lambda path: int(path.name.partition("-")[0])
    )


def run(program: Path) -> Run:
    """Run one side in a fresh process.

    Raises:
        RuntimeError: it failed.
    """
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, program], stdout=out, env={**os.environ, "PYTHONHASHSEED": "0"}, cwd=program.parent
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read().decode()
    if process.returncode:
        raise RuntimeError(f"{program} ended with {process.returncode}")
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, text)


def measure(example: Path, pairs: int) -> dict[str, Any]:
    """Median ratios of `pairs` pairs, before over after, who is first changing from pair to pair.

    Raises:
        RuntimeError: a side failed, or they print different things.
    """
    sides = (example / "before.py", example / "after.py")
    ratios: list[tuple[float, float, float]] = []
    for number in range(pairs + 1):
        order = sides if number % 2 else sides[::-1]
        found = {side.name: run(side) for side in order}
        before, after = found["before.py"], found["after.py"]
        if before.output != after.output:
            raise RuntimeError(f"{example.name}: before and after print different things")
        if number:  # the first pair warms up
            ratios.append((before.cpu_s / after.cpu_s, before.wall_s / after.wall_s, before.rss_mib - after.rss_mib))
    cpu, wall, rss = (statistics.median(column) for column in zip(*ratios))
    return {
        "cpu": round(cpu, 2),
        "wall": round(wall, 2),
        "rss_mib": round(rss, 1),
        "pairs": pairs,
        "python": platform.python_version(),
    }


def target(guide: Path) -> Path:
    """Where a guide is written."""
    by_payoff = any("payoff" in about(example)[0] for example in examples(guide))
    return REFERENCES / guide.name / "guide.md" if by_payoff else REFERENCES / f"{guide.name}.md"


def about(example: Path) -> tuple[dict[str, str], str]:
    """The fields and the text of an example."""
    head, _, text = (example / "about.md").read_text(encoding="utf-8").partition("\n\n")
    return dict(line.split(": ", 1) for line in head.splitlines()), text


def ranked(guide: Path) -> list[Path]:
    """A guide's examples, the largest payoff first where they name one, else by number."""
    measured = _measured(guide)

    def payoff(example: Path) -> float:
        name = about(example)[0].get("payoff")
        figures = measured.get(example.name, {})
        # A MiB weighs as much as a ratio: the order only tells where to look first.
        return -float(figures.get({"rss": "rss_mib"}.get(name, name), 0)) if name else 0.0

    return sorted(examples(guide), key=payoff)


def table(guide: Path) -> str:
    """The examples of a guide with what they were measured to gain."""
    measured = _measured(guide)
    lines = ["| pattern | CPU | wall | peak, MiB less |", "| --- | ---: | ---: | ---: |"]
    for example in ranked(guide):
        figures = measured.get(example.name)
        if figures:
            cells = (f"{figures['cpu']:.2f}x", f"{figures['wall']:.2f}x", f"{figures['rss_mib']:.1f}")
            lines.append(f"| {about(example)[0]['title']} | {' | '.join(cells)} |")
    return "\n".join(lines)


def render(guide: Path) -> str:
    """The whole guide."""
    measured = _measured(guide)
    parts = [(guide / "head.md").read_text(encoding="utf-8").strip().replace("{table}", table(guide))]
    for example in ranked(guide):
        fields, text = about(example)
        shown = [_shown(example / f"{side}.py") for side in ("before", "after")]
        lines = [f"## {fields['title']}", ""]
        if fields.get("kind"):
            lines += [f"In the profile: `{fields['kind']}`.", ""]
        lines += [
            text.strip(),
            "",
            "```python",
            "# before",
            shown[0],
            "```",
            "",
            "```python",
            "# after",
            shown[1],
            "```",
        ]
        figures = measured.get(example.name)
        if figures:
            lines += ["", _effect(figures)]
        parts.append("\n".join(lines))
    if (guide / "tail.md").exists():
        parts.append((guide / "tail.md").read_text(encoding="utf-8").strip())
    return "\n\n".join(parts) + "\n"


def _shown(program: Path) -> str:
    return program.read_text(encoding="utf-8").partition(END)[0].strip()


def _effect(figures: dict[str, Any]) -> str:
    """The measured line; memory is a difference, since an interpreter's own share would dilute a ratio."""
    memory = figures["rss_mib"]
    said = (
        f"{abs(memory):.1f} MiB {'less' if memory > 0 else 'more'} at the peak" if abs(memory) >= 0.5 else "same peak"
    )
    return (
        f"Measured: CPU {figures['cpu']:.2f}x, wall {figures['wall']:.2f}x, {said} "
        f"(whole process, {figures['pairs']} pairs, CPython {figures['python']})."
    )


def _measured(guide: Path) -> dict[str, Any]:
    path = guide / "measured.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def main() -> int:
    """Build, check or measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit status 1 when something is out of date"
    )
    parser.add_argument("--measure", action="store_true", help="run the examples and keep their figures")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--only", metavar="EXAMPLE", help="measure one example")
    options = parser.parse_args()
    stale = []
    for guide in guides():
        if options.measure:
            figures = _measured(guide)
            for example in examples(guide):
                if options.only in (None, example.name):
                    figures[example.name] = measure(example, options.pairs)
                    print(example.name, figures[example.name], flush=True)
            kept = {example.name: figures[example.name] for example in examples(guide) if example.name in figures}
            (guide / "measured.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        place, text = target(guide), render(guide)
        if not place.exists() or place.read_text(encoding="utf-8") != text:
            stale.append(str(place.relative_to(REFERENCES)))
            if not options.check:
                place.parent.mkdir(exist_ok=True)
                place.write_text(text, encoding="utf-8")
    if options.check and stale:
        print(f"out of date: {', '.join(stale)}; run `make guides`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
