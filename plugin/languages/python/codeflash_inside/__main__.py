"""Starts one tool: `<interpreter> …/codeflash_inside <tool> <request.json> <answer.json>`.

The folder of the plugin is on the path only while the package itself is found, so that a module of the user's is never
hidden by one of ours; the current folder comes first afterwards, as for `python -m`.
"""

from __future__ import annotations

import importlib
import json
import os
import sys


def main() -> int:
    """Run the tool that is named and leave its answer in the file that is named."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path[0] = here
    importlib.import_module("codeflash_inside")
    # Its submodules are found by the package's own path from here on.
    sys.path[0] = os.getcwd()
    tool, request_file, answer_file = sys.argv[1:4]
    with open(request_file, encoding="utf-8") as file:
        request = json.load(file)
    answer = importlib.import_module(f"codeflash_inside.{tool}").answer(request)
    with open(answer_file, "w", encoding="utf-8") as file:
        json.dump(answer, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
