"""Injected into the command: records what is imported and used, or defers one import statement.

`CODEFLASH_IMPORTS` names a marshalled dictionary: `mode` (`load`, `use` or `defer`), `out` (a folder for the answer), and for `defer` the
`file` and `code` (a marshalled module that was made from it). Whatever fails here leaves the program as it was.
"""

from __future__ import annotations

import os
import sys


def _install() -> None:
    import marshal

    # What is read with here must not be what the program pays for: marshal is built in, json is not.
    with open(os.environ["CODEFLASH_IMPORTS"], "rb") as file:
        config = marshal.load(file)
    {"load": _record_loads, "use": _record_use, "defer": _defer}[config["mode"]](config)


def _at_exit(config: dict, kind: str, content: object) -> None:  # type: ignore[type-arg]
    import atexit

    def write() -> None:
        sys.setprofile(None)
        made = content() if callable(content) else content
        import json

        path = os.path.join(config["out"], f"{kind}-{os.getpid()}.json")
        with open(path + ".part", "w", encoding="utf-8") as file:
            json.dump(made, file)
        os.replace(path + ".part", path)
        import time

        # From here on the interpreter takes down what was loaded, which deferred imports save too.
        with open(path + ".ended", "w", encoding="utf-8") as file:
            file.write(str(time.process_time()))

    atexit.register(write)


def _record_loads(config: dict) -> None:  # type: ignore[type-arg]
    """Per module: who imported it first, CPU seconds, bytes and blocks of its own, and who else asks for it.

    Blocks are what the interpreter's allocator handed out: they, not bytes, are what it takes time to free at the end.
    """
    import builtins
    import importlib._bootstrap as bootstrap
    import time

    now, page, blocks = time.process_time, os.sysconf("SC_PAGE_SIZE"), sys.getallocatedblocks
    looking = [0.0]  # seconds that the looks themselves took, which no module pays for
    loads: list[list] = []  # type: ignore[type-arg]
    stack: list[list] = []  # type: ignore[type-arg]
    edges: set[tuple[str, str]] = set()
    load, importer = bootstrap._find_and_load_unlocked, builtins.__import__  # type: ignore[attr-defined]
    try:
        statm = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        statm = -1

    def resident() -> int:
        return int(os.pread(statm, 64, 0).split()[1]) * page if statm >= 0 else 0

    def clock() -> float:
        return now() - looking[0]

    def look() -> tuple[int, int]:
        start = now()
        seen = resident(), blocks()
        looking[0] += now() - start
        return seen

    def timed(name, import_):  # type: ignore[no-untyped-def]
        # A package is loaded on the way to its module; whoever asked for the module asked for both.
        asking = next((row[0] for row in reversed(stack) if not row[0].startswith(name + ".")), "")
        row = [name, asking, 0.0, 0.0, 0, 0, "", 0, 0.0, 0, 0]
        loads.append(row)
        stack.append(row)
        (bytes_before, blocks_before), start = look(), clock()
        try:
            module = load(name, import_)
            row[6] = getattr(getattr(module, "__spec__", None), "origin", None) or ""
            return module
        finally:
            spent = clock() - start
            bytes_after, blocks_after = look()
            grown, made = bytes_after - bytes_before, blocks_after - blocks_before
            stack.pop()
            row[3], row[5] = spent, grown
            row[2], row[4], row[7] = spent - row[8], grown - row[9], made - row[10]
            if stack:
                stack[-1][8] += spent
                stack[-1][9] += grown
                stack[-1][10] += made

    def asked(name, globals=None, locals=None, fromlist=(), level=0):  # type: ignore[no-untyped-def]
        result = importer(name, globals, locals, fromlist, level)
        who = globals.get("__name__", "") if globals else ""
        if stack and (not who or who.startswith("importlib")):
            who = stack[-1][0]  # `__import__(name)` alone, or from C: for the module that is being loaded
        if level and globals:
            package = globals.get("__package__") or who.rpartition(".")[0]
            for _ in range(level - 1):
                package = package.rpartition(".")[0]
            name = f"{package}.{name}" if name else package
        edges.add((who, name))
        for one in fromlist or ():
            edges.add((who, f"{name}.{one}"))
        return result

    bootstrap._find_and_load_unlocked = timed  # type: ignore[attr-defined]
    builtins.__import__ = asked

    def content() -> dict:  # type: ignore[type-arg]
        builtins.__import__ = importer
        bootstrap._find_and_load_unlocked = load  # type: ignore[attr-defined]
        known = set(sys.modules)
        main = getattr(sys.modules.get("__main__"), "__file__", None)
        return {
            "loads": [row[:8] for row in loads],
            "edges": sorted(edge for edge in edges if edge[1] in known),
            "main": main,
            "argv": sys.argv,
            "cpu_s": clock(),
        }

    _at_exit(config, "load", content)


def _record_use(config: dict) -> None:  # type: ignore[type-arg]
    """Which files' functions ran outside of imports, and which functions of the project ran at all."""
    import importlib._bootstrap as bootstrap
    import threading

    depth = [0]
    files: set[str] = set()
    modules: set[str] = set()
    functions: set[tuple[str, int]] = set()
    root = config["root"]
    load = bootstrap._load_unlocked  # type: ignore[attr-defined]

    def counted(spec):  # type: ignore[no-untyped-def]
        depth[0] += 1
        try:
            return load(spec)
        finally:
            depth[0] -= 1

    def seen(frame, event, argument):  # type: ignore[no-untyped-def]
        if event == "call":
            code = frame.f_code
            name = code.co_filename
            if name.startswith(root):
                functions.add((name, code.co_firstlineno))
            if not depth[0] and code.co_name != "<module>":
                files.add(name)
        elif event == "c_call" and not depth[0]:
            module = getattr(argument, "__module__", None)
            if isinstance(module, str):
                modules.add(module)

    bootstrap._load_unlocked = counted  # type: ignore[attr-defined]
    sys.setprofile(seen)
    threading.setprofile(seen)
    _at_exit(
        config, "use", lambda: {"files": sorted(files), "modules": sorted(modules), "functions": sorted(functions)}
    )


def _defer(config: dict) -> None:  # type: ignore[type-arg]
    """Load one file from code in which an import stands in the functions that use it."""
    import importlib.machinery
    import marshal

    with open(config["code"], "rb") as file:
        code = marshal.load(file)
    original = importlib.machinery.SourceFileLoader.get_code
    path = config["file"]

    def get_code(self, fullname):  # type: ignore[no-untyped-def]
        if self.path == path:
            return code
        return original(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


def _next() -> None:
    """The `sitecustomize` that would have run without this one."""
    import importlib.machinery

    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if spec is not None and spec.loader is not None:
        import importlib.util

        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


_next()
if os.environ.get("CODEFLASH_IMPORTS"):
    try:
        _install()
    except Exception as error:
        sys.stderr.write(f"codeflash: imports are not observed in this process: {error}\n")
