"""One run of a benchmark in a real process tree."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.measure import process, supervisor
from codeflash_agent.measure.model import Method
from codeflash_agent.measure.process import BenchmarkFailed, Supervisor, argv_of, run_benchmark
from codeflash_agent.storage import temporary
from tests.engine.measure.factories import PYTHON, python, side

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and subreapers")
BURN = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: pass\n"


def _amounts(command: str, tree: Path, **method: object) -> dict[str, float]:
    sample = run_benchmark(Method(command, **method), side(tree))  # type: ignore[arg-type]
    return {name: value.amount for name, value in sample.values.items()}


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_cpu_of_all_children_counts(tmp_path: Path) -> None:
    """CPU seconds are those of the parent, a forked child and its grandchild together."""
    source = BURN.format(seconds=0.1)
    source = f"import os\nfor _ in range(2):\n    child = os.fork()\n    if child: break\n{source}if child: os.waitpid(child, 0)\n"
    amounts = _amounts(python(tmp_path, source), tmp_path)
    assert amounts["cpu_s"] >= 0.3


@linux
def test_cpu_of_orphans_counts(tmp_path: Path) -> None:
    """A process whose parent did not wait for it is counted too, when it ends within the benchmark."""
    burn = BURN.format(seconds=0.2)
    source = f"import os, time\nif os.fork() == 0:\n    if os.fork() == 0:\n{textwrap.indent(burn, '        ')}    os._exit(0)\nos.wait()\ntime.sleep(0.6)\n"
    assert _amounts(python(tmp_path, source), tmp_path)["cpu_s"] >= 0.2


@linux
def test_memory_is_the_peak_of_the_tree_at_one_time(tmp_path: Path) -> None:
    """Two children of 60 MiB count together when they live at once, and once when they follow each other."""
    child = "import time; b = b'x' * (60 << 20); time.sleep(0.3)"
    run = f"subprocess.Popen([sys.executable, '-I', '-S', '-c', {child!r}])"
    together = f"import subprocess, sys\nfor p in [{run}, {run}]: p.wait()\n"
    apart = f"import subprocess, sys\n{run}.wait()\n{run}.wait()\n"
    assert _amounts(python(tmp_path, together), tmp_path)["rss_mib"] > 120
    assert 60 < _amounts(python(tmp_path, apart), tmp_path)["rss_mib"] < 110


@linux
def test_memory_of_a_short_peak_is_exact(tmp_path: Path) -> None:
    """A peak of a single process that is over before anybody can look is in the figure."""
    source = "b = bytearray(b'x') * (80 << 20)\ndel b\n"
    assert 80 < _amounts(python(tmp_path, source), tmp_path)["rss_mib"] < 110


@linux
def test_memory_of_the_engine_is_not_in_the_figure(tmp_path: Path) -> None:
    """However large this process is, a small benchmark stays small."""
    ballast = b"x" * (150 << 20)
    amounts = _amounts(f"{PYTHON} -c 'import time; time.sleep(0.1)'", tmp_path)
    assert 2 < amounts["rss_mib"] < 40
    assert len(ballast) == 150 << 20


@linux
def test_the_floor_of_memory_is_the_supervisor_s_own() -> None:
    """The peak that forks begin with is the small process's own, however large the engine that started it was."""
    ballast = b"x" * (150 << 20)
    ask = "import sys; sys.path.insert(0, sys.argv[1]); import supervisor; print(supervisor.own_peak_bytes())"
    command = [sys.executable, "-I", "-S", "-c", ask, str(Path(supervisor.__file__).parent)]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert 2 << 20 < int(said) < 40 << 20
    assert len(ballast) == 150 << 20


@linux
def test_the_tree_is_found_either_way() -> None:
    """The kernel's lists of children and the parents of all processes show the same descendants."""
    tree = supervisor.Tree()
    tree._among_all()  # what runs already is nobody's
    started = subprocess.Popen(["sh", "-c", "sleep 60 & sleep 60 & wait"], start_new_session=True)
    try:
        wanted: set[int] = set()
        patience = time.monotonic() + 60
        while len(wanted) < 3 and time.monotonic() < patience:
            wanted = {started.pid, *(child.pid for child in psutil.Process(started.pid).children(recursive=True))}
        assert len(wanted) == 3
        assert wanted <= tree._among_all()
        assert wanted <= tree._below()
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def test_wall_time_is_waiting_too(tmp_path: Path) -> None:
    """A sleeping benchmark has wall seconds and hardly any CPU seconds."""
    amounts = _amounts("sleep 0.3", tmp_path)
    assert amounts["wall_s"] >= 0.3
    assert amounts["cpu_s"] < 0.1


def test_environment_input_and_place(tmp_path: Path) -> None:
    """The method's variables win over the side's, standard input is empty, and the tree is the working folder."""
    source = """
    import os, sys
    assert os.environ["PROBE"] and os.environ["FIXED"] == "method", os.environ["FIXED"]
    assert os.path.isdir(os.environ["PROBE"]) and os.listdir(os.environ["PROBE"]) == []
    assert sys.stdin.read() == ""
    print("codeflash-metric here=%d" % (os.getcwd() == os.path.dirname(os.path.abspath(sys.argv[0]))))
    """
    fixed = {"environment": {"FIXED": "method"}}
    assert _amounts(python(tmp_path, textwrap.dedent(source)), tmp_path, **fixed)["here"] == 1


def test_collector_time_comes_from_the_probe(tmp_path: Path) -> None:
    """The probe's collector seconds are a metric; without a probe there is none."""
    assert run_benchmark(Method("true"), side(tmp_path, gc_s=0.25)).values["gc_s"].amount == 0.25
    assert "gc_s" not in run_benchmark(Method("true"), side(tmp_path)).values


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        ("python bench.py 'a b' --x=1", ["python", "bench.py", "a b", "--x=1"]),
        ("pytest 'tests/t.py::test_x[a|b]'", ["pytest", "tests/t.py::test_x[a|b]"]),
        ("pytest tests/t.py::test_x[1-2]", ["pytest", "tests/t.py::test_x[1-2]"]),
        ('python -c "import x; x.run()"', ["python", "-c", "import x; x.run()"]),
        ("N=3 python b.py", ["sh", "-c", "N=3 python b.py"]),
        ("a && b", ["sh", "-c", "a && b"]),
        ("a > /dev/null", ["sh", "-c", "a > /dev/null"]),
        ('echo "$HOME"', ["sh", "-c", 'echo "$HOME"']),
    ],
)
def test_a_shell_only_where_it_is_asked_for(command: str, argv: list[str]) -> None:
    """A command goes through sh exactly when its unquoted syntax needs it."""
    assert argv_of(command) == argv


@pytest.mark.parametrize(("command", "says"), [("'", "quotes"), ("  ", "empty")])
def test_unreadable_commands(command: str, says: str) -> None:
    """Unmatched quotes and an empty command are refused in a line that says so."""
    with pytest.raises(EnvironmentProblem, match=says):
        argv_of(command)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import sys; sys.exit(3)", "exit status 3 on base"),
        ("raise ValueError('of the benchmark')", "exit status 1 .*: ValueError: of the benchmark"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("print('FAILED t.py::x'); raise SystemExit(1)", "FAILED t.py::x"),
    ],
)
def test_failures_are_one_line(tmp_path: Path, source: str, says: str) -> None:
    """A failing benchmark gives one line with side, status and the last line that it said."""
    with pytest.raises(BenchmarkFailed, match=says) as caught:
        run_benchmark(Method(python(tmp_path, source)), side(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """A command that does not exist, and a tree that does not, are told apart from a failing benchmark."""
    with pytest.raises(EnvironmentProblem, match="cannot run 'no-such-program'") as caught:
        run_benchmark(Method("no-such-program --x"), side(tmp_path))
    assert not isinstance(caught.value, BenchmarkFailed)
    with pytest.raises(EnvironmentProblem, match="is not there"):
        run_benchmark(Method("true"), side(tmp_path / "missing"))


def test_a_timeout_ends_the_whole_group(tmp_path: Path) -> None:
    """After the timeout nothing of the tree is left, children that ignore SIGTERM included."""
    source = """
    import os, signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0: os.setsid()
    open(f"pid-{os.getpid()}", "w").close()
    time.sleep(600)
    """
    with pytest.raises(BenchmarkFailed, match=r"did not end within 1 s"):
        run_benchmark(Method(python(tmp_path, textwrap.dedent(source)), timeout_s=1.0), side(tmp_path))
    pids = [int(path.name[4:]) for path in tmp_path.glob("pid-*")]
    assert len(pids) == 2
    assert all(_gone(pid) for pid in pids)


@linux
def test_daemons_are_ended_and_mentioned(tmp_path: Path) -> None:
    """A daemon in a session of its own is killed when the benchmark ends, and the sample says so."""
    source = """
    import os, time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            open(f"pid-{os.getpid()}", "w").close()
            time.sleep(600)
        os._exit(0)
    os.wait()
    while not any(name.startswith("pid-") for name in os.listdir(".")): time.sleep(0.01)
    """
    sample = run_benchmark(Method(python(tmp_path, textwrap.dedent(source))), side(tmp_path))
    assert "1 processes still ran" in sample.notes[0]
    (left,) = tmp_path.glob("pid-*")
    assert _gone(int(left.name[4:]))


def test_much_output_is_no_burden(tmp_path: Path) -> None:
    """Fifty megabytes of output, a metric at their end, are read without keeping them in memory or on disk."""
    source = "import sys\nline = 'x' * 99 + '\\n'\nfor _ in range(500): sys.stdout.write(line * 1000)\nprint('codeflash-metric p=4')\n"
    before = psutil.Process().memory_info().rss
    assert _amounts(python(tmp_path, source), tmp_path)["p"] == 4
    assert psutil.Process().memory_info().rss - before < 20 << 20


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Captured output and probes are removed after a good run and after a failing one."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    run_benchmark(Method("true"), side(tmp_path))
    with pytest.raises(BenchmarkFailed):
        run_benchmark(Method("false"), side(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of a dead process goes; that of one that lives, and what is not ours, stay."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    program = f"""
    import os, signal, sys, tempfile
    sys.path[:0] = {sys.path!r}
    tempfile.tempdir = {str(tmp_path)!r}
    from codeflash_agent.storage import temporary
    with temporary.folder() as place:
        os.kill(os.getpid(), signal.SIGKILL)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False)
    assert len(list(tmp_path.glob("codeflash-run-*"))) == 1, "the kill left it"
    (tmp_path / "codeflash-run-by-hand").mkdir()
    with temporary.folder() as alive:
        run_benchmark(Method("true"), side(tmp_path))
        assert {path.name for path in tmp_path.glob("codeflash-run-*")} == {alive.name, "codeflash-run-by-hand"}


def test_one_supervisor_serves_many_runs(tmp_path: Path) -> None:
    """Runs by the same supervisor do not inherit each other's figures."""
    with closing(Supervisor()) as supervisor:
        large = run_benchmark(Method(f"{PYTHON} -c 'b = b\"x\" * (90 << 20)'"), side(tmp_path), supervisor)
        small = run_benchmark(Method(f"{PYTHON} -c 'import time; time.sleep(0.05)'"), side(tmp_path), supervisor)
    assert large.values["rss_mib"].amount > 90
    assert small.values["rss_mib"].amount < 60


def test_a_killed_supervisor_is_reported_and_replaced(tmp_path: Path) -> None:
    """When the supervisor is killed the run ends in one line, and the next run has a new one."""
    with closing(Supervisor()) as supervisor:
        run_benchmark(Method("true"), side(tmp_path), supervisor)
        assert supervisor._process is not None
        supervisor._process.kill()
        supervisor._process.wait()
        with pytest.raises(EnvironmentProblem, match="run the same command again"):
            run_benchmark(Method("true"), side(tmp_path), supervisor)
        assert run_benchmark(Method("true"), side(tmp_path), supervisor).exit_code == 0


def test_a_killed_engine_leaves_no_benchmark_running(tmp_path: Path) -> None:
    """When the engine dies by SIGKILL, the benchmark and its children die too."""
    command = python(tmp_path, "import os, time\nos.fork()\nopen(f'pid-{os.getpid()}', 'w').close()\ntime.sleep(600)\n")
    program = f"""
    import sys
    sys.path[:0] = {sys.path!r}
    from pathlib import Path
    from codeflash_agent.measure.model import Method
    from codeflash_agent.measure.process import run_benchmark
    from tests.engine.measure.factories import side
    run_benchmark(Method({command!r}), side(Path({str(tmp_path)!r})))
    """
    engine = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], cwd=Path(process.__file__).parents[4])
    patience = time.monotonic() + 60
    while len(list(tmp_path.glob("pid-*"))) < 2 and time.monotonic() < patience:
        time.sleep(0.02)
    pids = [int(path.name[4:]) for path in tmp_path.glob("pid-*")]
    os.kill(engine.pid, signal.SIGKILL)
    engine.wait()
    while not all(_gone(pid) for pid in pids) and time.monotonic() < patience:
        time.sleep(0.02)
    assert len(pids) == 2
    assert all(_gone(pid) for pid in pids)


def test_the_best_of_several_runs_counts(tmp_path: Path) -> None:
    """With `runs`, a sample has the best figure of each metric over that many fresh processes."""
    source = (
        "import os\n"
        "n = len(os.listdir('.'))\n"
        "open('ran-%d' % n, 'w').close()\n"
        "print('codeflash-metric left_s=%d' % (100 - n))\n"
        "print('codeflash-metric rate=%d better=higher' % n)\n"
    )
    command = python(tmp_path, source)
    sample = run_benchmark(Method(command, runs=3), side(tmp_path))
    assert len(list(tmp_path.glob("ran-*"))) == 3
    assert (sample.values["left_s"].amount, sample.values["rate"].amount) == (97, 3)


def test_a_result_file_belongs_to_the_output(tmp_path: Path) -> None:
    """Two runs that write different results differ in their digest although they print the same, until it is ignored."""
    source = (
        "import os, json\n"
        "n = len(os.listdir('.'))\n"
        "open('ran-%d' % n, 'w').close()\n"
        "json.dump({'answer': 42, 'serial': n}, open('out.json', 'w'))\n"
    )
    command = python(tmp_path, source)

    def digests(**fields: tuple[str, ...]) -> set[str]:
        method = Method(command, **fields)  # type: ignore[arg-type]
        return {run_benchmark(method, side(tmp_path)).output_digest for _ in range(2)}

    assert len(digests()) == 1
    assert len(digests(results=("out.json",))) == 2
    assert len(digests(results=("out.json",), ignore=(r'"serial": \d+',))) == 1


def test_a_result_file_of_an_earlier_run_does_not_count(tmp_path: Path) -> None:
    """A result file that a run did not write is said to be missing, also where an earlier run left one."""
    (tmp_path / "out.json").write_text("{}")
    sample = run_benchmark(Method(python(tmp_path, "pass\n"), results=("out.json",)), side(tmp_path))
    assert sample.notes == ("the result file out.json was not written",)
