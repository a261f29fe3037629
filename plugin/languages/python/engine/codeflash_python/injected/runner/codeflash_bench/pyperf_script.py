"""`pyperf`: a script that uses pyperf's Runner, in one worker process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

from codeflash_bench import timing

FIXED = ("--processes=1", "--values=5", "--warmups=1", "--min-time=0.02")
INHERITED = "PYTHONHASHSEED,VIRTUAL_ENV,CODEFLASH_MEASURE"


def run(arguments: list[str]) -> int:
    """Run the script and print the fastest value of each of its benchmarks."""
    with tempfile.TemporaryDirectory() as folder:
        results = os.path.join(folder, "pyperf.json")  # noqa: PTH118
        script, *own = arguments
        command = [sys.executable, script, *FIXED, f"--inherit-environ={INHERITED}", "--quiet", "-o", results, *own]
        status = subprocess.run(command, check=False).returncode
        if status:
            return 1
        try:
            with open(results, encoding="utf-8") as file:  # noqa: PTH123
                document = json.load(file)
        except (OSError, ValueError) as error:
            sys.stderr.write(f"codeflash_bench: {script} left no results of pyperf: {error}\n")
            return 1
    shared = document.get("metadata", {}).get("name", "")
    for one in document["benchmarks"]:
        values = [value for each in one["runs"] for value in each.get("values", ())]
        name = one.get("metadata", {}).get("name") or shared or "benchmark"
        if values:
            timing.metric(f"{name}.min_s", min(values))
    return 0
