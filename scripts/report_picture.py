#!/usr/bin/env python3
"""Draws a session's report as it looks in a terminal.

    python scripts/report_picture.py report.md docs/report.svg

The report is what `codeflash-agent report --output report.md` writes; `make demo` says where its session lies.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

WIDTH = 146
# Without the web fonts that rich's own template fetches: the picture must not ask any network.
TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px;
  line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def draw(markdown: str) -> str:
    """The SVG of a report; the same text gives the same picture."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Markdown(markdown))
    return console.export_svg(title="codeflash-agent report", code_format=TEMPLATE, unique_id="report")


def main(argv: list[str]) -> int:
    """Draw from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path, help="the Markdown that `codeflash-agent report --output` wrote")
    parser.add_argument("picture", type=Path, help="the SVG to write")
    options = parser.parse_args(argv)
    try:
        picture = draw(options.report.read_text(encoding="utf-8"))
        options.picture.parent.mkdir(parents=True, exist_ok=True)
        options.picture.write_text(picture, encoding="utf-8")
    except OSError as error:
        print(f"report_picture: {error.filename}: {error.strerror}; check the two paths", file=sys.stderr)
        return 2
    print(f"{options.picture}: {len(picture) / 1024:.0f} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
