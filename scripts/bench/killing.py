"""Kill a scripted session at random moments, again and again, and check that nothing is lost.

The script drives real verbs on a small project: setup, baseline, profile, a keep, a discard, a milestone, a dispatched
session with a keep of its own, collect. Each verb's process group gets SIGKILL at a random moment of its run. After each
kill fresh processes look: every file of the session is readable, no ended experiment is gone, changed or doubled, the
branch has one commit for each keep, the user's checkout is as it was, and no process is left. Then the script goes on by
what the disk says, as an agent would.

    python scripts/bench/killing.py --kills 200
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import itertools
import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LAUNCH = Path(__file__).resolve().parents[2] / "plugin" / "engine" / "launch.py"
SLOW = """
def distinct(words):
    seen = []
    for word in words:
        if word not in seen:
            seen.append(word)
    return seen


def total(numbers):
    whole = 0
    for number in numbers:
        whole = sum([whole, number, 0, 0, 0, 0])
    return whole
"""
BENCHMARK = """
import work
print(len(work.distinct([f"w{i * 7919 % 900}" for i in range(3000)])), work.total(range(150_000)))
"""
CHECK = """
import work
assert work.distinct(["b", "a", "b"]) == ["b", "a"]
assert work.total([1, 2]) == 3
"""
FAST_DISTINCT = ("    seen = []\n", "    return list(dict.fromkeys(words))\n    seen = []\n")
FAST_TOTAL = ("    whole = 0\n", "    return sum(numbers)\n    whole = 0\n")
TRIES = 3  # kills of one step before it is let through
SLUG = "cpu-total"


class Stuck(Exception):
    """A step does not get to its end; why is among what is broken."""


@dataclass
class Outcome:
    """What the kills showed."""

    kills: Counter[str] = field(default_factory=Counter)  # by verb
    late: int = 0  # the verb had ended before its kill
    broken: list[str] = field(default_factory=list)  # invariants that did not hold, a line each
    sessions: int = 0  # ended scripts
    litter: Counter[str] = field(default_factory=Counter)  # temporary files left at their end, by name


class Script:
    """One session on one fresh project, driven to its end through kills."""

    def __init__(self, top: Path, outcome: Outcome, chance: random.Random, kills: int, spared: frozenset[str]) -> None:
        """Make the project."""
        self.top, self.outcome, self.chance, self.limit, self.spared = top, outcome, chance, kills, spared
        self.home = top / ".codeflash"
        self.temporary = top.with_name(f"{top.name}-tmp")
        self.temporary.mkdir()
        self.child = self.home / "dispatched" / SLUG
        self.durations: dict[str, float] = {}
        self.ended: dict[str, str] = {}  # digest of what must not change about each ended experiment
        self.rows: list[str] = []
        for name, text in {"work.py": SLOW, "bench.py": BENCHMARK, "check.py": CHECK}.items():
            (top / name).write_text(dedent(text).lstrip("\n"))
        (top / ".gitignore").write_text("__pycache__/\n")
        (top / "pyproject.toml").write_text('[project]\nname = "work"\nversion = "1"\n')
        for line in ("init -q -b main", "config user.name T", "config user.email t@example.com", "add -A"):
            self.git(*line.split())
        self.git("commit", "-qm", "start")
        (top / "bench.py").write_text((top / "bench.py").read_text() + "# not committed\n")
        (top / "draft.txt").write_text("untracked\n")
        self.start = self.git("rev-parse", "HEAD")
        self.users = self.fingerprint()

    def git(self, *arguments: str) -> str:
        """Run git in the user's checkout."""
        done = subprocess.run(["git", *arguments], cwd=self.top, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def fingerprint(self) -> dict[str, str]:
        """What of the user's must stay: files, branch, commit, status, stash."""
        found = {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.top.rglob("*"))
            if path.is_file() and not {".codeflash", ".git", "__pycache__"} & set(path.relative_to(self.top).parts)
        }
        questions = ("rev-parse main", "symbolic-ref HEAD", "status --porcelain", "stash list")
        return {**found, **{question: self.git(*question.split()) for question in questions}}

    def verb(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one verb in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, "-I", str(LAUNCH), *arguments],
            cwd=self.top,
            # A temporary folder of its own: no figure matters here, so no other measurement is waited for.
            env={**os.environ, "TMPDIR": str(self.temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def step(self, done: Callable[[], bool], *arguments: str) -> None:
        """Run a verb until the disk says that it is done, killing it at random moments."""
        name = arguments[2] if arguments[0] == "--in" else arguments[0]
        for attempt in range(TRIES + 3):
            if done():
                return
            spare = attempt >= TRIES or name in self.spared or sum(self.outcome.kills.values()) >= self.limit
            begun = time.monotonic()
            process = self.verb(*arguments)
            if not spare:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(self.chance.uniform(0.0, 1.1 * self.durations.get(name, 1.0)))
                    self.outcome.late += 1
                    spare = True
            if spare:
                said = process.communicate()[0].decode(errors="replace")
                self.durations[name] = time.monotonic() - begun
                if attempt >= TRIES and not done():
                    self.outcome.broken.append(f"{shlex.join(arguments)} does not go on: {said.strip()[-300:]}")
            else:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                self.outcome.kills[name] += 1
                self.look(f"after a kill of {name} at {time.monotonic() - begun:.2f} s")
        if not done():
            raise Stuck(arguments)

    def look(self, when: str) -> None:
        """Check every invariant."""
        try:
            for fault in self.faults():
                self.outcome.broken.append(f"{when}: {fault}")
        except ValueError as error:
            self.outcome.broken.append(f"{when}: a file cannot be read: {error}")
            raise Stuck from error

    def faults(self) -> Iterator[str]:
        """What does not hold, one line each."""
        left = self.processes()
        if left:
            yield f"{len(left)} processes left: {left[:2]}"
        if self.fingerprint() != self.users:
            yield "the user's checkout changed"
        status = self.verb("status", "--json")
        said = status.communicate()[0].decode(errors="replace")
        if status.returncode != 0:
            yield f"status ended with {status.returncode}: {said.strip()[-200:]}"
        for path in self.home.rglob("*.json"):
            if "worktrees" not in path.parts and "baselines" not in path.parts and not path.name.startswith("."):
                try:
                    json.loads(path.read_text())
                except ValueError as error:
                    yield f"{path.name}: {error}"
        yield from self.ledger_faults()
        yield from self.record_faults()

    def ledger_faults(self) -> Iterator[str]:
        """The ledger only grows, and the hand-over is whole."""
        ledger, handoff = self.home / "results.tsv", self.home / "HANDOFF.md"
        if ledger.exists():
            rows = ledger.read_text().splitlines()[1:]
            if any(len(row.split("\t")) != 16 for row in rows):
                yield "a ledger row has not 16 cells"
            if rows[: len(self.rows)] != self.rows:
                yield "a ledger row is gone or changed"
            self.rows = rows
        if handoff.exists() and "## Targets of the newest profile" not in handoff.read_text():
            yield "HANDOFF.md is not whole"

    def record_faults(self) -> Iterator[str]:
        """Ended experiments stay as they are; each keep has its commit and each commit its keep."""
        busy = any(
            json.loads(path.read_text())["state"] == "landing" for path in (self.home / "merges").glob("???.json")
        )
        for home, branch in ((self.home, "codeflash/optimize"), (self.child, f"codeflash/{SLUG}")):
            found = records(home)
            for record in found:
                if record["state"] in ("keep", "discard", "crash"):
                    key = f"{home}:{record['number']}"
                    now = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
                    if self.ended.setdefault(key, now) != now:
                        yield f"experiment {record['number']} changed after its end"
            lost = [
                key
                for key in self.ended
                if key.startswith(f"{home}:") and not any(key == f"{home}:{r['number']}" for r in found)
            ]
            if lost:
                yield f"lost: {lost}"
            if not found or not self.git("branch", "--list", branch):
                continue
            commits = self.git("rev-list", f"{self.base_of(home)}..{branch}").split()
            kept = [record["commit"] for record in found if record["state"] == "keep"]
            slack = busy or any(record["state"] == "keeping" for record in found)
            if len(set(kept)) != len(kept):
                yield "a commit has two records"
            if not set(kept) <= set(commits) or (len(commits) > len(kept) and not slack):
                yield f"{len(commits)} commits on {branch}, {len(kept)} keeps"

    def base_of(self, home: Path) -> str:
        """Where a session started."""
        return str(json.loads((home / "session.json").read_text())["start_commit"])

    def processes(self) -> list[str]:
        """Command lines of what still runs in the project's folders after a while."""
        patience = time.monotonic() + 10
        while True:
            left = []
            for entry in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if str((entry / "cwd").readlink()).startswith(str(self.top)):
                        left.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            if not left or time.monotonic() > patience:
                return left
            time.sleep(0.05)

    def session(self) -> dict[str, Any]:
        """The session's document."""
        return dict(json.loads((self.home / "session.json").read_text()))

    def profile(self, *inside: str) -> None:
        """Profile until one more profile is stored."""
        home = self.child if inside else self.home
        before = len(json.loads((home / "session.json").read_text())["profiles"])
        self.step(
            lambda: len(json.loads((home / "session.json").read_text())["profiles"]) > before,
            *inside,
            "profile",
            "--quick",
        )

    def experiment(self, target: str, change: tuple[str, str], end: str, *inside: str) -> None:
        """One experiment from begin to its end."""
        home = self.child if inside else self.home
        tree = self.home / "worktrees" / (SLUG if inside else "optimize")
        number = len(records(home)) + 1

        def reached(*states: str) -> bool:
            found = records(home)
            return len(found) == number and (not states or found[-1]["state"] in states)

        begin = ("begin", "--target", f"work.py::{target}", "--domains", "cpu", "--hypothesis", "less work")
        self.step(reached, *inside, *begin)
        (tree / "work.py").write_text((tree / "work.py").read_text().replace(*change))
        self.step(lambda: reached("measured"), *inside, "measure")
        command: tuple[str, ...] = ("discard", "--reason", "the script says so")
        if end == "keep":
            command = ("keep", "--message", f"perf: {target}", "--overrule", "the script says so")
        self.step(lambda: reached(end), *inside, *command)

    def run(self) -> None:
        """The whole session."""
        home = self.home
        setup = ("setup", "--set", f"interpreter={sys.executable}", "--set", "runner=python")
        self.step(lambda: (home / "setup.md").exists() and (home / "setup.json").exists(), *setup)
        method = ("--benchmark", "python bench.py", "--tests", "python check.py")
        self.step((home / "session.json").exists, "baseline", *method)
        self.profile()
        self.experiment("distinct", FAST_DISTINCT, "keep")
        self.profile()
        self.step(
            lambda: any(one["state"] == "open" for one in self.session()["dispatched"]),
            *("dispatch", "--to", "cpu", "--target", "work.py::total"),
        )
        inside = ("--in", SLUG)
        self.experiment("total", FAST_TOTAL, "keep", *inside)
        self.experiment("distinct", ("    seen = []\n", "    seen = list()\n"), "discard")
        self.step(lambda: bool(self.session()["milestones"]), "milestone")
        self.step((self.child / "result.json").exists, *inside, "dispatch", "--finish", "the script says so")
        self.step(
            lambda: self.session()["dispatched"][0]["state"] == "collected",
            "collect",
            "--overrule",
            "the script says so",
        )
        self.verb("skip", "--target", "x::y", "--reason", "finishes what a kill left").communicate()
        self.look("at the end")
        litter = [path.name for path in self.temporary.iterdir() if not path.name.endswith(".lock")]
        litter += [path.name for path in self.home.rglob(".*.????????") if "worktrees" not in path.parts]
        self.outcome.litter.update(re.split(r"[-.][^-.]*$", name)[0] for name in litter)
        states = [record["state"] for record in records(home)]
        if states != ["keep", "discard", "keep"] or len(self.rows) != len(states):
            self.outcome.broken.append(f"at the end: experiments {states}, {len(self.rows)} ledger rows")
        self.outcome.sessions += 1


def records(home: Path) -> list[dict[str, Any]]:
    """The experiment records of a session, in order."""
    return [json.loads(path.read_text()) for path in sorted((home / "experiments").glob("[0-9][0-9][0-9].json"))]


def kill(kills: int, seed: int, folder: Path, spared: frozenset[str] = frozenset()) -> Outcome:
    """Run scripts until so many kills were done; verbs in `spared` are let through."""
    outcome = Outcome()
    chance = random.Random(seed)
    for number in itertools.count():
        if sum(outcome.kills.values()) >= kills:
            break
        top = folder / f"project-{number}"
        top.mkdir(parents=True)
        with contextlib.suppress(Stuck):
            Script(top, outcome, chance, kills, spared).run()
        shutil.rmtree(top)
        shutil.rmtree(top.with_name(f"{top.name}-tmp"))
    return outcome


def main() -> int:
    """Print the table; exit status 1 when an invariant did not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="codeflash-killing-") as folder:
        outcome = kill(arguments.kills, arguments.seed, Path(folder))
    print("| verb | kills |\n| --- | ---: |")
    for name, count in sorted(outcome.kills.items()):
        print(f"| {name} | {count} |")
    print(f"| all | {sum(outcome.kills.values())} |\n")
    print(
        f"{outcome.sessions} sessions to their end in {time.monotonic() - begun:.0f} s (seed {arguments.seed}); "
        f"{outcome.late} verbs ended before their kill; temporary files left {dict(outcome.litter)}; invariants broken: {len(outcome.broken)}"
    )
    for line in outcome.broken:
        print(f"- {line}")
    return 1 if outcome.broken else 0


if __name__ == "__main__":
    sys.exit(main())
