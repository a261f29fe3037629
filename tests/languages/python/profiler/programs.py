"""Small programs, each of which does something to its own interpreter and prints what it meets."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """A program, the interpreter's options, and what is set in its environment."""

    text: str
    options: tuple[str, ...] = ()
    environment: dict[str, str] = {}  # noqa: RUF012 - never changed


DRIVER = """\
import json, os, subprocess, sys
from concurrent.futures import ThreadPoolExecutor


def run(name, case):
    words = [sys.executable, *case["options"], "case_" + name + ".py"]
    environment = dict(os.environ)
    for key, value in case["environment"].items():
        value = value.replace("HERE", os.getcwd())
        if key == "PYTHONPATH" and key in environment:
            value = environment[key] + os.pathsep + value
        environment[key] = value
    try:
        done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, timeout=60)
    except subprocess.TimeoutExpired as error:
        done = subprocess.CompletedProcess(words, None, str(error), "")
    return {"out": done.stdout, "err": done.stderr, "code": done.returncode}


cases = json.load(open("cases.json"))
with ThreadPoolExecutor(4) as pool:
    found = dict(zip(cases, pool.map(run, cases, cases.values())))
with open("results/%d.json" % os.getpid(), "w") as file:
    json.dump(found, file)
"""

# Files that cases find beside them.
PREPARE = {
    "fine/sitecustomize.py": "import sys, atexit\nprint('site', sys.path[-1], sys.argv)\natexit.register(print, 'bye')\n",
    "raising/sitecustomize.py": "raise ValueError('broken site')\n",
    "syntax/sitecustomize.py": "def :\n",
    "moving/sitecustomize.py": "import sys\nsys.path = sys.path + ['added/by/site']\n",
    "leaving/sitecustomize.py": "import os\nos._exit(9)\n",
    "quitting/sitecustomize.py": "raise SystemExit(5)\n",
    "startup.py": "print('not for scripts')\n",
    "base/lib/python3.9/site-packages/usercustomize.py": "print('user')\n",
    "base/lib/python3.13/site-packages/usercustomize.py": "print('user')\n",
}

WORK = "def work(n=60000):\n    return sum(i * i % 7 for i in range(n))\n"

LOOKS = """\
import sys
path = list(sys.path)
ours = [name for name in sys.modules if "codeflash" in name]
import gc, os, signal, threading, time, warnings
print(path, sys.argv, sys.flags, sys.orig_argv if hasattr(sys, "orig_argv") else "")
print(len(sys.meta_path), len(sys.path_hooks), sys.meta_path)
print(os.getcwd(), os.umask(0o22), os.dup(0), sys.dont_write_bytecode)
print(threading.active_count(), threading.enumerate(), threading._shutdown is None)
print([str(signal.getsignal(number)) for number in range(1, 32) if number not in (9, 19)])
print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.getitimer(signal.ITIMER_REAL))
print(signal.getitimer(signal.ITIMER_PROF), signal.getitimer(signal.ITIMER_VIRTUAL), signal.set_wakeup_fd(-1))
print(gc.get_threshold(), gc.isenabled(), gc.get_debug(), gc.get_freeze_count(), gc.garbage)
print(sys.gettrace(), sys.getprofile(), sys.getswitchinterval(), sys.getrecursionlimit())
print(sys.excepthook, sys.unraisablehook, sys.breakpointhook, sys.displayhook, sys.getallocatedblocks() > 0)
print(warnings.filters, sys.warnoptions)
import site
print(site.ENABLE_USER_SITE, site.PREFIXES, [name for name in sys.modules if "customize" in name])
print(sys.get_asyncgen_hooks(), sys.get_coroutine_origin_tracking_depth(), sys.getdlopenflags())
print([entry for entry in sys.path_importer_cache if "codeflash" in entry])
"""

CASES = {
    "looks": Case(LOOKS),
    "looks_without_path": Case(LOOKS, ("-B", "-O", "-u", "-W", "ignore")),
    "own_imports": Case(
        "import sys\nbefore = list(sys.modules)\nimport json, email, asyncio\n"
        "known = {'_ctypes', 'gc', 'atexit', 'time', 'itertools', '_signal', '_tracemalloc', '_lsprof', '_collections'}\n"
        "print([name for name in sys.modules if name not in before and name not in known])\n"
    ),
    "existing_sitecustomize": Case(
        "import sys\nprint(sys.modules['sitecustomize'].__file__)", (), {"PYTHONPATH": "HERE/fine"}
    ),
    "raising_sitecustomize": Case("print('on')", (), {"PYTHONPATH": "HERE/raising"}),
    "syntax_sitecustomize": Case("print('on')", (), {"PYTHONPATH": "HERE/syntax"}),
    "moving_sitecustomize": Case("import sys\nprint(sys.path)", (), {"PYTHONPATH": "HERE/moving"}),
    "leaving_sitecustomize": Case("print('on')", (), {"PYTHONPATH": "HERE/leaving"}),
    "quitting_sitecustomize": Case("print('on')", (), {"PYTHONPATH": "HERE/quitting"}),
    "verbose_broken_sitecustomize": Case("print('on')", ("-b",), {"PYTHONPATH": "HERE/raising", "PYTHONVERBOSE": ""}),
    "usercustomize": Case("import sys\nprint(sys.path)", (), {"PYTHONUSERBASE": "HERE/base"}),
    "startup": Case("print('on')", (), {"PYTHONSTARTUP": "HERE/startup.py"}),
    "import_sitecustomize_later": Case(
        "import sys\nsys.path.insert(0, 'fine')\ntry:\n    import sitecustomize\n    print(sitecustomize.__file__)\n"
        "except ImportError as error:\n    print(error)\n"
    ),
    "settrace": Case(
        WORK + "import sys\nseen = []\ndef trace(frame, event, arg):\n    seen.append((frame.f_code.co_name, event))\n"
        "    return None\nsys.settrace(trace)\nwork()\nsys.settrace(None)\n"
        "print(len(seen), sorted(set(seen)), sys.gettrace())\n"
    ),
    "trace_lines": Case(
        "import sys, time\nseen = []\ndef trace(frame, event, arg):\n    seen.append((frame.f_code.co_name, event))\n"
        "    return trace\ndef work():\n    total = 0\n    for i in range(20000):\n        total += i\n    return total\n"
        "sys.settrace(trace)\nwork()\nsys.settrace(None)\nprint(len(seen), sorted(set(seen)))\n"
    ),
    "setprofile": Case(
        WORK + "import sys\nseen = []\ndef note(frame, event, arg):\n    seen.append((frame.f_code.co_name, event))\n"
        "sys.setprofile(note)\nwork()\nsys.setprofile(None)\nseen = [row for row in seen if row[0] != 'set_function']\nprint(len(seen), sorted(set(seen)), sys.getprofile())\n"
    ),
    "cprofile": Case(
        WORK + "import cProfile, pstats, io\np = cProfile.Profile()\np.enable()\nwork()\np.disable()\n"
        "s = pstats.Stats(p, stream=io.StringIO())\n"
        "print(sorted((key[2], row[0]) for key, row in s.stats.items() if 'case_' in key[0]))\n"
    ),
    "pdb": Case(
        WORK + "import io, pdb, sys\nd = pdb.Pdb(stdin=io.StringIO('n\\nn\\nc\\n'), stdout=sys.stdout)\n"
        "d.use_rawinput = False\nd.set_trace()\na = work()\nb = work()\nprint(a == b)\n"
    ),
    "itimer_real": Case(
        WORK + "import signal, time\ngot = []\nsignal.signal(signal.SIGALRM, lambda *a: got.append(a[0]))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)\nend = time.monotonic() + 5\n"
        "while time.monotonic() < end and len(got) < 5:\n    work(100)\n"
        "print(len(got) >= 5, signal.setitimer(signal.ITIMER_REAL, 0)[1])\n"
    ),
    "itimer_prof": Case(
        WORK + "import signal, time\ngot = []\nsignal.signal(signal.SIGPROF, lambda *a: got.append(a[0]))\n"
        "signal.setitimer(signal.ITIMER_PROF, 0.01)\nend = time.monotonic() + 5\n"
        "while not got and time.monotonic() < end:\n    work(100)\nprint(got)\n"
    ),
    "alarm_raises": Case(
        WORK + "import signal\nclass Late(Exception): pass\ndef late(*_): raise Late\n"
        "signal.signal(signal.SIGALRM, late)\ndone = 0\nfor _ in range(20):\n"
        "    try:\n        signal.setitimer(signal.ITIMER_REAL, 0.003)\n        while True: work(100)\n"
        "    except Late:\n        done += 1\nprint(done)\n"
    ),
    "sigurg": Case(
        "import os, signal, time\ngot = []\nprint(signal.getsignal(signal.SIGURG))\n"
        "print(signal.signal(signal.SIGURG, lambda *a: got.append(a[0])))\nos.kill(os.getpid(), signal.SIGURG)\n"
        "time.sleep(0.02)\nprint(len(got), signal.getsignal(signal.SIGURG).__name__)\n"
        "signal.signal(signal.SIGURG, signal.SIG_DFL)\nprint(signal.getsignal(signal.SIGURG))\n"
    ),
    "sigurg_ignored": Case(
        WORK
        + "import signal\nprint(signal.signal(signal.SIGURG, signal.SIG_IGN))\nwork()\nprint(signal.getsignal(signal.SIGURG))\n"
    ),
    "sigwait": Case(
        WORK + "import os, signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\nwork()\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\nprint(signal.sigwait([signal.SIGUSR1]), signal.sigpending())\n"
    ),
    "sigtimedwait": Case(
        "import signal, time\nstart = time.monotonic()\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n"
        "print(signal.sigtimedwait([signal.SIGUSR1], 0.1), time.monotonic() - start >= 0.1)\n"
    ),
    "all_signals_blocked": Case(
        WORK
        + "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwork()\nprint(signal.sigpending())\n"
    ),
    "all_handlers": Case(
        WORK + "import signal\nold = {}\nfor n in range(1, 32):\n    if n not in (9, 19):\n"
        "        old[n] = signal.signal(n, lambda *a: None)\nwork()\n"
        "print(sorted(str(v) for v in old.values()))\nfor n, h in old.items(): signal.signal(n, h)\nwork()\n"
    ),
    "wakeup_fd": Case(
        WORK + "import os, signal\nr, w = os.pipe()\nos.set_blocking(w, False)\nos.set_blocking(r, False)\n"
        "print(signal.set_wakeup_fd(w))\nsignal.signal(signal.SIGUSR1, lambda *a: None)\nwork()\n"
        "os.kill(os.getpid(), signal.SIGUSR1)\nwork(1000)\nprint(os.read(r, 100), signal.set_wakeup_fd(-1) == w)\n"
    ),
    "gc_callbacks_cleared": Case(
        "import gc\ngc.callbacks.clear()\ngot = []\ngc.callbacks.append(lambda phase, info: got.append(phase))\n"
        "gc.collect()\nprint(got, len(gc.callbacks))\n"
    ),
    "gc_disabled": Case("import gc\ngc.disable()\na = [[] for _ in range(100000)]\nprint(gc.isenabled(), len(a))\n"),
    "gc_callback_order": Case(
        "import gc\ngot = []\ngc.callbacks.append(lambda p, i: got.append((p, i['generation'])))\n"
        "gc.collect(0); gc.collect(1); gc.collect()\nprint(got)\n"
    ),
    "finalizers": Case(
        "import atexit, weakref\nclass A:\n    def __del__(self): print('del')\na = A()\nb = A()\nb.me = b\n"
        "weakref.finalize(a, print, 'finalize')\natexit.register(print, 'first')\natexit.register(print, 'second')\n"
    ),
    "atexit_unregister": Case(
        "import atexit\natexit.register(print, 'gone')\natexit._clear()\natexit.register(print, 'stays')\n"
    ),
    "atexit_raises": Case("import atexit\natexit.register(lambda: 1 / 0)\natexit.register(print, 'first')\n"),
    "faulthandler": Case(
        "import faulthandler, os, signal, sys\nfaulthandler.enable()\nprint(faulthandler.is_enabled(), flush=True)\n"
        "import resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\nos.kill(os.getpid(), signal.SIGABRT)\n"
    ),
    "switchinterval": Case(WORK + "import sys\nsys.setswitchinterval(0.1)\nwork()\nprint(sys.getswitchinterval())\n"),
    "monitoring": Case(
        WORK + "import sys\nm = getattr(sys, 'monitoring', None)\nif m:\n    free = [m.get_tool(i) for i in range(4)]\n"
        "    m.use_tool_id(m.PROFILER_ID, 'mine')\n    got = []\n"
        "    m.register_callback(2, m.events.PY_START, lambda c, o: c.co_filename == __file__ and got.append(c.co_name))\n"
        "    m.set_events(2, m.events.PY_START)\n    work(10)\n    m.set_events(2, 0)\n    print(got)\n"
        "    m.free_tool_id(2)\n    print(free)\n"
    ),
    "rlimit_files": Case(
        WORK + "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))\nfiles = []\n"
        "try:\n    while True: files.append(open('/dev/null'))\nexcept OSError as e:\n    print(e, len(files))\n"
        "work()\ndel files\n"
    ),
    "closerange": Case(
        WORK
        + "import os\nos.closerange(3, 5000)\nwork()\nr, w = os.pipe()\nos.write(w, b'x')\nprint(r, w, os.read(r, 1))\n"
        "work()\n"
    ),
    "descriptor_taken": Case(
        WORK + "import os\nos.closerange(3, 5000)\nr, w = os.pipe()\nos.dup2(w, 1000)\nos.close(w)\nwork()\n"
        "pid = os.fork()\nif pid == 0:\n    os.write(1000, b'child')\n    os._exit(0)\n"
        "print(os.waitpid(pid, 0)[1])\nprint(os.read(r, 9))\nimport atexit\n"
    ),
    "daemon": Case(
        WORK + "import os, sys, time\nprint('parent', flush=True)\npid = os.fork()\nif pid:\n    os.waitpid(pid, 0)\n"
        "    time.sleep(0.3)\n    print(open('daemon.txt').read())\n    sys.exit()\nos.setsid()\nif os.fork():\n    os._exit(0)\n"
        "os.closerange(0, 4096)\nos.chdir('/')\nwork()\n"
        "open(os.path.dirname(os.path.abspath(sys.argv[0])) + '/daemon.txt', 'w').write('done')\n"
    ),
    "chdir": Case(WORK + "import os\nos.chdir('/')\nwork()\nprint(os.getcwd())\n"),
    "cwd_deleted": Case(
        WORK + "import os, shutil, tempfile\np = tempfile.mkdtemp()\nos.chdir(p)\nshutil.rmtree(p)\nwork()\n"
        "try:\n    os.getcwd()\nexcept FileNotFoundError:\n    print('gone')\n"
    ),
    "environ_cleared": Case(
        WORK + "import os, subprocess, sys\nos.environ.clear()\nwork()\n"
        "print(subprocess.run([sys.executable, '-c', 'import os; print(sorted(os.environ))'], "
        "stdout=subprocess.PIPE).stdout)\n"
    ),
    "empty_environment": Case(
        "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'print(1)'], env={}, "
        "stdout=subprocess.PIPE, stderr=subprocess.PIPE))\n"
    ),
    "isolated_child": Case(
        "import subprocess, sys\nfor flag in ('-I', '-E', '-s', '-Es'):\n    print(subprocess.run([sys.executable, flag, '-c', "
        "'import sys; print(len(sys.path), sys.flags)'], stdout=subprocess.PIPE, stderr=subprocess.PIPE))\n"
    ),
    "child_path": Case(
        "import subprocess, sys\nprint(subprocess.run([sys.executable, '-c', 'import sys; print(sys.path)'], "
        "stdout=subprocess.PIPE, stderr=subprocess.PIPE))\n"
    ),
    "warnings_error": Case(
        WORK + "import threading\nt = threading.Thread(target=work)\nt.start(); t.join()\nprint(1)", ("-W", "error")
    ),
    "warnings_environment": Case(WORK + "import asyncio\nprint(work())", (), {"PYTHONWARNINGS": "error"}),
    "dev_mode": Case(WORK + "import gc\nwork()\ngc.collect()\nprint(1)", ("-X", "dev")),
    "bytes_warning": Case(WORK + "work()\nprint(1)", ("-bb",)),
    "import_time": Case("print(1)", ("-X", "utf8")),
    "safe_path": Case("import sys\nprint(sys.path)", (), {"PYTHONSAFEPATH": "1"}),
    "optimised": Case("import sys\nprint(sys.flags.optimize, __doc__)", ("-OO",)),
    "no_user_site": Case(LOOKS, ("-s",)),
    "leaked_file": Case("import gc\nf = open('/dev/null')\ndel f\ngc.collect()\nprint(1)", ("-X", "dev")),
    "fork_with_threads_warns": Case(
        "import os, threading, time, warnings\nwarnings.simplefilter('always')\n"
        "t = threading.Thread(target=time.sleep, args=(0.1,))\nt.start()\npid = os.fork()\nif pid == 0: os._exit(3)\n"
        "print(os.waitpid(pid, 0)[1] >> 8)\nt.join()\n"
    ),
    "fork_alone_does_not_warn": Case(
        WORK + "import os, warnings\nwarnings.simplefilter('error')\nwork()\nfor _ in range(5):\n    pid = os.fork()\n"
        "    if pid == 0:\n        work()\n        os._exit(3)\n    print(os.waitpid(pid, 0)[1] >> 8)\n"
    ),
    "exit_in_thread": Case(
        "import os, threading\nt = threading.Thread(target=lambda: os._exit(11))\nt.start()\nt.join()\nprint('never')\n"
    ),
    "exception_in_thread": Case(
        "import threading\nthreading.excepthook = lambda a: print('hook', a.exc_type.__name__)\n"
        "t = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()\n"
    ),
    "raw_thread": Case(
        "import _thread, time\ndone = []\n_thread.start_new_thread(lambda: done.append(1), ())\n"
        "while not done: time.sleep(0.001)\nprint(_thread._count() <= 1)\n"
        "try:\n    _thread.start_new_thread(1, ())\nexcept TypeError as e:\n    print(e)\n"
    ),
    "daemon_thread_at_exit": Case(
        "import threading, time\nt = threading.Thread(target=time.sleep, args=(60,), daemon=True)\nt.start()\nprint('end')\n"
    ),
    "system_exit": Case("import sys\nsys.exit('words')\n"),
    "keyboard_interrupt": Case("raise KeyboardInterrupt\n"),
    # The loop is a function's: CPython 3.13.0 leaves a loop's jump out of what a `try` around it covers.
    "interrupted": Case(
        WORK + "import _thread, threading, time\ndef busy():\n    end = time.monotonic() + 10\n"
        "    while time.monotonic() < end: work(100)\ntry:\n    threading.Timer(0.05, _thread.interrupt_main).start()\n"
        "    busy()\nexcept KeyboardInterrupt:\n    print('got')\n"
    ),
    "execv": Case(
        "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', 'import sys; print(sys.argv, len(sys.path))'])\n"
    ),
    "execve_empty": Case("import os, sys\nos.execve(sys.executable, [sys.executable, '-c', 'print(1)'], {})\n"),
    "exec_fails": Case("import os\ntry:\n    os.execv('/nowhere', ['x'])\nexcept OSError as e:\n    print(e)\n"),
    "spawn": Case(
        WORK + "import multiprocessing\nif __name__ == '__main__':\n    c = multiprocessing.get_context('spawn')\n"
        "    with c.Pool(2) as p: print(p.map(work, [10, 20, 30]))\n"
    ),
    "forkserver": Case(
        WORK + "import multiprocessing\nif __name__ == '__main__':\n    c = multiprocessing.get_context('forkserver')\n"
        "    q = c.SimpleQueue()\n    p = c.Process(target=q.put, args=(1,))\n    p.start(); print(q.get()); p.join()\n"
        "    print(p.exitcode)\n"
    ),
    "asyncio_debug": Case(
        WORK
        + "import asyncio\nasync def main():\n    await asyncio.sleep(0)\n    asyncio.get_running_loop().call_soon(lambda: 1 / 0)\n"
        "    await asyncio.sleep(0.01)\n    return repr(asyncio.current_task())[:12]\nprint(asyncio.run(main(), debug=False))\n",
    ),
    "asyncio_subprocess": Case(
        "import asyncio, sys\nasync def main():\n    p = await asyncio.create_subprocess_exec(sys.executable, '-c', 'print(7)', "
        "stdout=asyncio.subprocess.PIPE)\n    print(await p.communicate(), p.returncode)\nasyncio.run(main())\n"
    ),
    "inspect_stack": Case(
        "import inspect, sys, traceback\ndef f(): return [i.function for i in inspect.stack()]\nprint(f())\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()\n"
    ),
    "recursion": Case(
        "import sys\nsys.setrecursionlimit(400)\ndef down(n):\n    try:\n        return down(n + 1)\n"
        "    except RecursionError:\n        return n\nprint(down(0), [down(0) for _ in range(1500)][-1])\n"
    ),
    "subinterpreter": Case(
        "import sys\ntry:\n    try:\n        import _interpreters as m\n    except ImportError:\n        import _xxsubinterpreters as m\n"
        "except ImportError:\n    m = None\nif m:\n    i = m.create()\n    m.run_string(i, 'print(1, flush=True)')\n    m.destroy(i)\n"
    ),
    "tracemalloc_of_the_program": Case(
        "import tracemalloc\ntracemalloc.start()\na = [bytes(1000) for _ in range(1000)]\n"
        "s = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, '*case_*')])\n"
        "print(sum(x.size for x in s.statistics('lineno')) > 900000)\ntracemalloc.stop()\nprint(tracemalloc.is_tracing())\n"
    ),
    "runpy": Case("import runpy, sys\nprint(sorted(runpy.run_path('startup.py'))[:3])\n"),
    "standard_streams_closed": Case("import os, sys\nos.close(1)\nos.close(2)\nos._exit(4)\n"),
    "stdout_closed_object": Case("import sys\nsys.stdout.close()\nsys.exit(3)\n"),
    "own_excepthook": Case("import sys\nsys.excepthook = lambda *a: print('mine', a[0])\n1 / 0\n"),
    "audit_hook": Case(
        WORK
        + "import sys\ngot = set()\nsys.addaudithook(lambda e, a: got.add(e) if e.startswith(('os.', 'import', 'subprocess', 'socket', 'exec', 'compile', 'ctypes')) else 0)\n"
        "work(3000000)\nprint(sorted(got))\n"
    ),
    "umask_and_modes": Case(WORK + "import os\nos.umask(0o777)\nwork()\nprint(oct(os.umask(0)))\n"),
    "unprivileged": Case(
        WORK
        + "import os\nif os.getuid() == 0:\n    os.setgid(65534); os.setuid(65534)\nwork(400000)\nprint(os.getuid())\n"
    ),
    "chroot": Case(
        WORK
        + "import os, sys, tempfile\nif os.getuid() == 0:\n    os.chroot(tempfile.gettempdir())\n    os.chdir('/')\nwork(400000)\nprint(1)\n"
    ),
    "monkeypatched_time": Case(
        WORK
        + "import time, os\ntime.perf_counter = time.thread_time = os.getpid = os.write = None\nwork(400000)\nprint(1)\n"
    ),
    "sys_modules_cleared": Case(
        WORK
        + "import sys\nfor name in list(sys.modules):\n    if name not in ('sys', 'builtins', '__main__'): del sys.modules[name]\n"
        "work(400000)\nprint(1)\n"
    ),
}
