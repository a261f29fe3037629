#!/usr/bin/env python3
"""Records the fixtures of `codeflash-agent profile --from` again: one small program, profiled by the real tools.

    python scripts/record_profiles.py            # all of them, in about a minute
    python scripts/record_profiles.py austin     # those whose name begins so

The tools come from PyPI into a temporary environment. The program runs from a copy in a temporary folder, as on a machine
where it lies elsewhere.
"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "plugin/engine"), str(ROOT / "plugin/languages/python/engine")]

from codeflash_python.evidence import pprof  # noqa: E402

FIXTURES = ROOT / "tests/languages/python/engine/fixtures/evidence"
TOOLS = (
    "py-spy==0.4.3",
    "austin-dist==3.7.0",
    "scalene==2.4.0",
    "memray==1.20.0",
    "pyroscope-io==1.4.0",
    "ddtrace==4.16.0",
)
RUN = ["-m", "parcels", "1"]
BULKY = ("combined_stacks", "combined_stacks_timeline", "stacks", "memory_stacks")  # Scalene's, which are not read


class Recorder:
    """Runs the tools on the program."""

    def __init__(self, binaries: Path, program: Path, out: Path) -> None:
        """Tools in `binaries`, the program in `program`, files to `out`."""
        self.binaries, self.program, self.out = binaries, program, out
        self.python = str(binaries / "python")

    def run(self, *argv: str, **environment: str) -> None:
        """Run one command in the program's folder; what it says goes to stderr."""
        subprocess.run(
            [str(self.binaries / argv[0]), *argv[1:]],
            cwd=self.program,
            env={**os.environ, **environment},
            stdout=sys.stderr,
            check=True,
        )

    def pyspy(self) -> None:
        """py-spy's two formats."""
        for form, name in (("raw", "pyspy.raw"), ("speedscope", "pyspy.speedscope.json")):
            self.run("py-spy", "record", "-r", "100", "-f", form, "-o", str(self.out / name), "--", self.python, *RUN)

    def austin(self) -> None:
        """Austin's text and its binary format, 50 samples a second."""
        self.run("austin", "-i", "20ms", "-o", str(self.out / "austin.txt"), self.python, *RUN)
        self.run("austin", "-b", "-i", "20ms", "-o", str(self.out / "austin.mojo"), self.python, *RUN)

    def cprofile(self) -> None:
        """The standard library's."""
        self.run("python", "-m", "cProfile", "-o", str(self.out / "cprofile.prof"), *RUN)

    def memray(self) -> None:
        """A shorter run: each allocation is a record."""
        self.run("memray", "run", "--quiet", "--force", "-o", str(self.out / "memray.bin"), "-m", "parcels", "0.1")

    def scalene(self) -> None:
        """Scalene wants a script; its stacks are left out of the fixture, which are nine tenths of it."""
        script = self.program / "run.py"
        script.write_text("from parcels.__main__ import main\n\nmain(1.0)\n", encoding="utf-8")
        file = self.out / "scalene.json"
        self.run("scalene", "run", "-o", str(file), str(script))
        document = json.loads(file.read_text(encoding="utf-8"))
        for key in BULKY:
            document.pop(key, None)
        for about in document["files"].values():
            for line in about["lines"]:
                line.pop("cpu_samples_list", None)
        file.write_text(json.dumps(document), encoding="utf-8")

    def datadog(self) -> None:
        """What Datadog's profiler would have sent: pprof in zstd."""
        folder = Path(tempfile.mkdtemp(dir=self.program))
        self.run(
            "ddtrace-run",
            self.python,
            *RUN,
            DD_PROFILING_ENABLED="1",
            DD_TRACE_ENABLED="0",
            DD_PROFILING_OUTPUT_PPROF=str(folder / "datadog"),
        )
        newest = max(folder.glob("*.pprof"), key=lambda file: file.stat().st_size)
        shutil.copy(newest, self.out / "datadog.pprof.zst")

    def pyroscope(self) -> None:
        """What Pyroscope's agent sends to its server, which here is this script: pprof in gzip."""
        received: list[bytes] = []

        class Server(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        code = (
            "import pyroscope\nfrom parcels.__main__ import main\n"
            f"pyroscope.configure(application_name='parcels', server_address='http://127.0.0.1:{server.server_port}',"
            " upload_interval=1)\nmain(3.0)\npyroscope.shutdown()\n"
        )
        self.run("python", "-c", code)
        server.shutdown()
        # A push holds series in field 1, those hold samples in field 2, and those the profile in field 1.
        profiles = [
            raw
            for push in received
            for series in _inner(pprof.unpack(push), 1)
            for sample in _inner(series, 2)
            for raw in _inner(sample, 1)
        ]
        (self.out / "pyroscope.pprof").write_bytes(max(profiles, key=len))


def _inner(message: bytes, number: int) -> list[bytes]:
    return [value for field, value in pprof.fields(message) if field == number and isinstance(value, bytes)]


def main() -> int:
    """Make the environment, then run what was asked for."""
    names = ("pyspy", "austin", "cprofile", "memray", "scalene", "datadog", "pyroscope")
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("which", nargs="*", metavar="TOOL", help=f"of {', '.join(names)}; default: all")
    wanted = parser.parse_args().which or [""]
    with tempfile.TemporaryDirectory() as folder:
        environment, program = Path(folder) / "tools", Path(folder) / "app"
        uv = str(ROOT / ".venv/bin/uv")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(environment)], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", str(environment / "bin/python"), *TOOLS], check=True
        )
        shutil.copytree(FIXTURES / "project/src", program, ignore=shutil.ignore_patterns("__pycache__"))
        recorder = Recorder(environment / "bin", program, FIXTURES)
        for name in names:
            if any(name.startswith(one) for one in wanted):
                getattr(recorder, name)()
                print(f"{name}: recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
