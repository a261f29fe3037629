"""The page in a real browser: drawn, without an error and without a request. Skipped where Chromium is not installed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from codeflash_agent.report.page import build

from .test_page import material

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
    "--virtual-time-budget=3000",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed, so the page was not looked at")


@pytest.mark.parametrize("width", [500, 820, 1440])
def test_charts_and_flame_graphs_are_drawn_without_an_error(tmp_path: Path, width: int) -> None:
    """At three widths every chart has its marks, nothing is said on the console, and links survive."""
    page = tmp_path / "report.html"
    page.write_text(build(material()), encoding="utf-8")
    command = [
        str(CHROMIUM),
        *FLAGS,
        f"--window-size={width},900",
        f"--user-data-dir={tmp_path / 'home'}",
        "--dump-dom",
    ]
    done = subprocess.run([*command, page.as_uri()], capture_output=True, text=True, timeout=120, check=False)
    dom = done.stdout.partition("<body>")[2]
    assert "CONSOLE" not in done.stderr, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert dom.count('class="d3-flame-graph-label"') >= 2
    waterfall = dom.partition('id="waterfall"')[2].partition("</figure>")[0]
    assert waterfall.count("<rect") >= 3
    assert "#computed.waterfall/steps/0/after" in waterfall
    ratios = dom.partition('id="ratios"')[2].partition("</figure>")[0]
    assert ratios.count("<circle") == 5
    assert "#milestone-1.measurement/metrics/cpu_s/ratio" in ratios
