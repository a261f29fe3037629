"""Runs at the start of every process of a measured command: adds up the collector's pauses and leaves them at exit.

It lies in a folder of its own that stands first in PYTHONPATH, takes that folder off `sys.path` again, and runs the
`sitecustomize` that would have run without it. It must work on every CPython from 3.9 on and disturb nothing, so what it
needs is imported inside functions and it leaves no names behind that a program could meet.
"""
# ruff: noqa: INP001, PLC0415, PTH123, UP031

from __future__ import annotations

TYPE_CHECKING = False  # importing typing would cost every measured process milliseconds
if TYPE_CHECKING:
    from typing import Any


def _chain(here: str) -> None:
    """Run the environment's own `sitecustomize`, if there is one, under its own name."""
    import sys

    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)
    for finder in sys.meta_path:
        find_spec = getattr(finder, "find_spec", None)
        spec = find_spec("sitecustomize", None) if find_spec is not None else None
        if spec is not None and spec.loader is not None:
            import _frozen_importlib

            module = _frozen_importlib.module_from_spec(spec)
            sys.modules["sitecustomize"] = module
            spec.loader.exec_module(module)
            return


def _watch(here: str) -> None:
    import atexit
    import gc
    import os
    from time import perf_counter

    seconds = 0.0
    collections = [0, 0, 0]
    began = written = perf_counter()
    path = ""

    def name_file() -> None:
        # The clock tells apart processes that got the same id one after the other.
        nonlocal path
        path = "%s/gc-%d-%x" % (here, os.getpid(), int(perf_counter() * 1e9))

    def leave() -> None:
        nonlocal written
        written = perf_counter()
        try:
            with open(path, "w") as file:
                file.write("%.9f %d %d %d\n" % (seconds, *collections))
            if allocations is not None:
                with open(path.replace("/gc-", "/alloc-"), "w") as file:
                    file.write("%d\n" % allocations.get_traced_memory()[1])
        except OSError:
            pass  # the folder is gone: whoever measured no longer wants the figures

    def on_collection(phase: str, info: dict[str, int]) -> None:
        nonlocal began, seconds
        if phase == "start":
            began = perf_counter()
            return
        now = perf_counter()
        seconds += now - began
        collections[min(info.get("generation", 2), 2)] += 1
        if now - written > 1.0:  # a process that is killed leaves at most its last second untold
            leave()

    def in_child() -> None:
        nonlocal seconds
        seconds = 0.0
        collections[:] = [0, 0, 0]
        if allocations is not None:
            allocations.clear_traces()  # the parent's are in its own figure
        name_file()

    def leaving_first(function: Any) -> Any:
        def call(*arguments: Any, **keywords: Any) -> Any:
            leave()
            return function(*arguments, **keywords)

        call.__name__ = function.__name__
        call.__doc__ = function.__doc__
        return call

    allocations: Any = None
    if os.environ.get("CODEFLASH_MEASURE") == "allocations":
        import tracemalloc

        tracemalloc.start(1)
        allocations = tracemalloc
    name_file()
    gc.callbacks.append(on_collection)
    atexit.register(leave)
    # These end a process without its exit handlers.
    for ending in ("_exit", "execv", "execve"):
        if hasattr(os, ending):
            setattr(os, ending, leaving_first(getattr(os, ending)))
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=in_child)


_here = __file__.rpartition("/")[0] or __file__.rpartition("\\")[0]
_watch(_here)
_chain(_here)
