"""A shell that counts what a run by hand sends and reads, for models whose tokens cannot be seen.

    python scripts/evals/metered.py LOG FOLDER <<'EOF' ... EOF     # runs the script from stdin in FOLDER, as bash would

Each call appends one line to LOG: when it began, how long it took, and the characters of the script and of its output. A
run whose every step goes through this has its turns counted, and its tokens estimated, by `cost_of_log`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

CHARACTERS_OF_A_TOKEN = 4.0  # of English and code, roughly; the same for both arms, whose ratio is what counts
WORDS = 2
SHOWN = 30_000  # characters of output that a client shows of one call


def cost_of_log(log: Path, prompt: int, answer: int) -> tuple[int, int, int, float]:
    """What a metered run took: `(turns, tokens read, tokens written, seconds)`.

    Args:
        log: what the calls appended.
        prompt: characters of the instructions that the run began with.
        answer: characters that it said last.

    A turn reads all that was said before it, as a client bills it (cached or not). What the model thinks, and the client's
    own prompt, are in neither.
    """
    calls = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    context, read, written = float(prompt), 0.0, float(answer)
    for call in calls:
        read += context
        written += call["script"]
        context += call["script"] + call["output"]
    read += context  # the turn that answers
    seconds = calls[-1]["at"] + calls[-1]["seconds"] - calls[0]["at"] if calls else 0.0
    return len(calls), round(read / CHARACTERS_OF_A_TOKEN), round(written / CHARACTERS_OF_A_TOKEN), round(seconds, 1)


def main(arguments: list[str]) -> int:
    """Run the script on stdin; its exit status is passed on."""
    if len(arguments) != WORDS or not Path(arguments[1]).is_dir():
        print("metered: needs LOG and the folder to run in, and the script on stdin", file=sys.stderr)
        return 2
    log, folder = map(Path, arguments)
    script = sys.stdin.read()
    began, start = time.time(), time.monotonic()
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    call = {"at": round(began, 3), "seconds": round(time.monotonic() - start, 3), "script": len(script)}
    line = json.dumps({**call, "output": min(len(output), SHOWN), "status": done.returncode})
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644), "a", encoding="utf-8") as file:
        file.write(line + "\n")
    sys.stdout.write(output)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
