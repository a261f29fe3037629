"""Reaching for what measures: the collector's switches, clocks, modules, the environment, and who is calling."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codeflash_python.audit.source import Sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_python.audit.source import Module, Workload

GC, CLOCK, MODULES = "gc-switched", "clock-tampering", "modules-tampering"
ENVIRONMENT, DETECTION = "environment-tampering", "benchmark-detection"
_SWITCHES = {
    **dict.fromkeys(("gc.disable", "gc.freeze", "gc.set_threshold", "gc.set_debug", "gc.callbacks.append"), GC),
    **dict.fromkeys(("importlib.reload", "sys.meta_path.insert", "sys.meta_path.append", "sys.path_hooks.insert"), MODULES),
    **dict.fromkeys(("sys.modules.pop", "sys.modules.update", "sys.modules.setdefault", "sys.modules.clear"), MODULES),
    **dict.fromkeys(
        (
            "os.environ.update", "os.environ.setdefault", "os.environ.pop", "os.environ.clear", "os.putenv", "os.nice",
            "os.setpriority", "os.sched_setaffinity", "os.sched_setscheduler", "os._exit", "os.abort", "os.execv",
            "os.execve", "os.execvp", "resource.setrlimit", "sys.setswitchinterval", "sys.setprofile", "sys.settrace",
            "threading.setprofile", "threading.settrace", "signal.setitimer", "sys.set_int_max_str_digits",
        ),
        ENVIRONMENT,
    ),
}  # fmt: skip
_CLOCKS = ("time.", "timeit.", "resource.", "datetime.")
_REPLACEABLE = ("builtins.", "gc.", "os.", "random.", "statistics.", "subprocess.", "sys.", "threading.", "unittest.")
# Attributes of modules that ordinary programs set.
_ORDINARY = {
    "sys.stdout",
    "sys.stderr",
    "sys.stdin",
    "sys.path",
    "sys.argv",
    "sys.excepthook",
    "sys.dont_write_bytecode",
}
_LOOKING = {"sys._getframe", "inspect.stack", "inspect.currentframe", "traceback.extract_stack", "sys._current_frames"}
_WATCHER = re.compile(r"(?i)pytest|codeflash|pyperf|\basv\b|bench|timeit|profil")


def switches(module: Module, _workload: Workload) -> Iterator[Sign]:
    """Calls that change how the process runs, not what the program computes."""
    for node, name in module.calls():
        gate = _SWITCHES.get(name)
        if gate is not None:
            yield Sign(gate, name, node.lineno, f"{name}(…) changes how the process runs, not what it computes")


def replaced(module: Module, _workload: Workload) -> Iterator[Sign]:
    """Assignments to what belongs to the interpreter: clocks, modules, the environment."""
    for node in ast.walk(module.tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        elif isinstance(node, ast.Delete):
            targets = node.targets
        elif isinstance(node, ast.Call) and module.dotted(node.func) in ("setattr", "delattr") and node.args:
            name = f"{module.dotted(node.args[0])}.{ast.unparse(node.args[1]) if node.args[1:] else ''}"
            yield from _replacing(name, node.lineno, module)
        for target in targets:
            if isinstance(target, ast.Subscript):
                name = module.dotted(target.value)
                if name == "sys.modules":
                    yield Sign(MODULES, ast.unparse(target), target.lineno, f"`{ast.unparse(target)}` is replaced")
                elif name == "os.environ":
                    shown = ast.unparse(target)
                    yield Sign(ENVIRONMENT, shown, target.lineno, f"`{shown}` is set: the environment is the method's")
            elif isinstance(target, ast.Attribute):
                yield from _replacing(module.dotted(target), target.lineno, module)


def detection(module: Module, _workload: Workload) -> Iterator[Sign]:
    """Looking at who is calling, or whether a test, benchmark or profiler runs."""
    for call, name in module.calls():
        if name in _LOOKING:
            yield Sign(DETECTION, name, call.lineno, f"{name}(…) looks at who is calling")
        elif name in ("os.getenv", "os.environ.get") and call.args:
            yield from _watching(call.args[0], call.lineno)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Subscript) and module.dotted(node.value) == "os.environ":
            yield from _watching(node.slice, node.lineno)
        elif isinstance(node, ast.Compare):
            for operator, right in zip(node.ops, node.comparators):
                place = module.dotted(right)
                if isinstance(operator, (ast.In, ast.NotIn)) and place in ("sys.modules", "os.environ", "sys.argv"):
                    yield from _watching(node.left, node.lineno)
                elif place == "sys.argv" or module.dotted(node.left).startswith("sys.argv"):
                    yield Sign(DETECTION, "sys.argv", node.lineno, "the command line is looked at")
        elif isinstance(node, ast.Subscript) and module.dotted(node.value) == "sys.argv":
            yield Sign(DETECTION, "sys.argv", node.lineno, "the command line is looked at")


def _replacing(name: str, line: int, module: Module) -> Iterator[Sign]:
    root = name.partition(".")[0]
    if name in _ORDINARY or root not in {value.partition(".")[0] for value in module.imports.values()}:
        return
    if name.startswith(_CLOCKS):
        yield Sign(CLOCK, name, line, f"`{name}` is replaced: a clock is what the gain is measured with")
    elif name.startswith(_REPLACEABLE):
        yield Sign(MODULES, name, line, f"`{name}` is replaced for the whole process")


def _watching(node: ast.expr, line: int) -> Iterator[Sign]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _WATCHER.search(node.value):
        yield Sign(DETECTION, node.value, line, f"`{node.value}` is looked for: is a test or benchmark running?")
