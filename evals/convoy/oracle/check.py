"""Tells by counting processes, modules and steps whether a planted problem is gone. Run in the tree that is to be judged.

    python check.py ITEM    # exit status 0: gone, 1: still there, 2: cannot tell (the interface changed)
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from judging import main


def process_per_job() -> bool:
    """Whether twelve manuscripts take at most four interpreters beside this one."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        # Each interpreter that starts leaves its mark.
        (place / "sitecustomize.py").write_text(
            f"import os\nopen(os.path.join({folder!r}, 'started-%d' % os.getpid()), 'w').close()\n", encoding="utf-8"
        )
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, str(Path.cwd())])
        paths = []
        for number in range(12):
            paths.append(place / f"{number}.txt")
            paths[-1].write_text("a text", encoding="utf-8")
        program = (
            "import sys, pathlib\nfrom convoy.runner import check_all\n"
            f"results = check_all([pathlib.Path(p) for p in {[str(path) for path in paths]!r}], ['a'], at_once=2)\n"
            "assert [result.findings.unknown for result in results] == [['text']] * 12\n"
        )
        script = place / "run_checks.py"
        script.write_text(f"if __name__ == '__main__':\n{''.join('    ' + line + chr(10) for line in program.splitlines())}", encoding="utf-8")
        subprocess.run([sys.executable, str(script)], check=True)
        started = len(list(place.glob("started-*"))) - 1
    return started <= 4


def worker_imports() -> bool:
    """Whether a worker loads neither XML, e-mail nor asyncio before it needs them."""
    code = "import sys, convoy.worker; print(*sorted({'xml.dom', 'email', 'asyncio'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    return not done.stdout.split()


class Counted(str):
    """A text that counts how often it is compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Counted.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def word_list() -> bool:
    """Whether looking up words takes far fewer comparisons than words times list."""
    from convoy.checks import check

    known = [Counted(f"w{number}") for number in range(300)]
    check(" ".join(f"w{number}" for number in range(300)), known)
    return Counted.compared < 300 * 300 / 10


ITEMS = {"process-per-job": process_per_job, "worker-imports": worker_imports, "word-list": word_list}

if __name__ == "__main__":
    sys.exit(main(ITEMS))
