"""Which instructions of a function the interpreter did not specialise, or specialises again and again (3.11 and later).

An instruction that can be specialised has a counter beside it. While it is generic each execution changes the counter;
once it is specialised only a miss does, an execution with other types than it was made for. So the code is looked at
again and again while it works: an instruction whose counter never moves was not executed, or is as fast as it gets.
"""

from __future__ import annotations

import dis
import gc
import importlib
import os
import shutil
import sys
import time
import types
from typing import TYPE_CHECKING, Any

from codeflash_inside import calling

if TYPE_CHECKING:
    from collections.abc import Iterator

WARM_CALLS = 8
SHORTEST_S = 0.3  # of calling, or short functions would not have been executed often enough
MOST_CALLS = 5000
INTERVAL_S = 0.01
MOST_LINES = 20_000  # that are watched for types
# Forms of these join two instructions or check for signals; they say nothing of types.
_NOT_MEANT = {"EXTENDED_ARG", "JUMP_BACKWARD", "LOAD_CONST", "LOAD_FAST", "STORE_FAST", "RESUME"}
_INNER = {"<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"}


class Watched:
    """One code object, looked at several times."""

    def __init__(self, code: types.CodeType) -> None:
        """Find the instructions that can be specialised."""
        self.code = code
        self.names: list[str] = dis._all_opname  # type: ignore[attr-defined]
        forms = importlib.import_module("opcode")._specializations
        self.instructions = [
            one for one in dis.get_instructions(code) if one.opname in forms and one.opname not in _NOT_MEANT
        ]
        self.seen: list[set[tuple[str, int]]] = [set() for _ in self.instructions]

    def look(self) -> None:
        """Note form and counter of each instruction."""
        data = self.code._co_code_adaptive  # type: ignore[attr-defined]
        for seen, one in zip(self.seen, self.instructions):
            at = one.offset
            seen.add((self.names[data[at]], data[at + 2] | data[at + 3] << 8))

    def forget(self) -> None:
        """What came before was warming up."""
        for seen in self.seen:
            seen.clear()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Instructions that were executed and are generic, or that missed."""
        listing = list(dis.get_instructions(self.code))
        index = {one.offset: number for number, one in enumerate(listing)}
        for seen, one in zip(self.seen, self.instructions):
            generic = {counter for name, counter in seen if name == one.opname or name.endswith("_ADAPTIVE")}
            forms: dict[str, set[int]] = {}
            for name, counter in seen:
                if name != one.opname and not name.endswith("_ADAPTIVE"):
                    forms.setdefault(name, set()).add(counter)
            missed = len(forms) > 1 or any(len(counters) > 1 for counters in forms.values())
            if not missed and len(generic) < 2:
                continue
            positions = getattr(one, "positions", None)
            yield {
                "instruction": one.opname,
                "detail": one.argrepr,
                "line": (positions.lineno if positions else 0) or self.code.co_firstlineno,
                "kind": "unstable" if missed else "generic",
                "forms": sorted(forms),
                "operands": _operands(listing, index[one.offset]),
            }


def _operands(listing: list[dis.Instruction], at: int) -> list[str]:
    """Local variables that the instructions just before load: mostly what this one works on."""
    found: list[str] = []
    for one in reversed(listing[max(0, at - 4) : at]):
        if one.opname.startswith("LOAD_FAST"):
            found += [part.strip() for part in str(one.argval).strip("()").replace("'", "").split(",")]
        elif one.opname not in (
            "CACHE",
            "PRECALL",
            "LOAD_CONST",
            "LOAD_ATTR",
            "LOAD_METHOD",
            "STORE_FAST_LOAD_FAST",
            "PUSH_NULL",
            "COPY",
        ):
            break
        elif one.opname == "STORE_FAST_LOAD_FAST":
            found.append(str(one.argval).strip("()").replace("'", "").split(",")[-1].strip())
    return found


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Watch one callable while it is called, or the named functions while a command runs."""
    if sys.version_info < (3, 11) or sys.implementation.name != "cpython":
        return {
            "problem": f"{sys.implementation.name} {sys.version.split()[0]} does not specialise; this needs CPython 3.11 or later"
        }
    if not hasattr(dis, "_all_opname") or not hasattr(importlib.import_module("opcode"), "_specializations"):
        return {
            "problem": f"this version of the interpreter ({sys.version.split()[0]}) does not show its specialised forms"
        }
    try:
        if request.get("callable"):
            return _callable(request)
        return _command(request)
    except calling.Unusable as error:
        return {"problem": str(error)}


def _callable(request: dict[str, Any]) -> dict[str, Any]:
    function = calling.load(request["callable"])
    make = calling.maker(request["input"], request["callable"]) if request["input"] else lambda _: ()
    code = _code(function)
    if code is None:
        raise calling.Unusable(f"{request['callable']} has no bytecode: it is native code, or wrapped by it")
    watched = [Watched(one) for one in _with_inner(code)]
    calls, begin = 0, time.perf_counter()
    while calls < request["calls"] + WARM_CALLS or (time.perf_counter() - begin < SHORTEST_S and calls < MOST_CALLS):
        arguments = make(request["size"])
        _run(function, arguments)
        calls += 1
        for one in watched:
            if calls == WARM_CALLS:
                one.forget()
            one.look()
    seen = _types(code, lambda: _run(function, make(request["size"])))
    return {"calls": calls, "functions": [_found(watched, code, seen)]}


def _run(function: Any, arguments: tuple[Any, ...]) -> None:
    made = function(*arguments)
    if isinstance(made, types.GeneratorType):
        for _ in made:
            pass
    elif isinstance(made, types.CoroutineType):
        importlib.import_module("asyncio").run(made)


def _code(function: Any) -> types.CodeType | None:
    function = getattr(function, "__wrapped__", function)
    if isinstance(function, type):
        function = function.__init__  # type: ignore[misc]
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return code if isinstance(code, types.CodeType) else None


def _with_inner(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, types.CodeType) and one.co_name in _INNER:
            yield from _with_inner(one)


def _found(watched: list[Watched], code: types.CodeType, seen: dict[str, list[str]]) -> dict[str, Any]:
    rows = [row for one in watched for row in one.rows()]
    for row in rows:
        row["types"] = {name: seen[name] for name in row["operands"] if name in seen}
    return {
        "file": os.path.realpath(code.co_filename),
        "function": code.co_qualname.replace("<locals>.", ""),  # type: ignore[attr-defined]
        "line": code.co_firstlineno,
        "instructions": sum(len(one.instructions) for one in watched),
        "rows": sorted(rows, key=lambda row: row["line"]),
    }


def _types(code: types.CodeType, work: Any) -> dict[str, list[str]]:
    """The types of local variables, line by line, in one more call. It comes last: watching undoes specialisation."""
    seen: dict[str, dict[str, None]] = {}
    left = MOST_LINES

    def local(frame: types.FrameType, _event: str, _: Any) -> Any:
        nonlocal left
        left -= 1
        if left <= 0:
            return None
        for name, value in frame.f_locals.items():
            seen.setdefault(name, {})[type(value).__qualname__] = None
        return local

    before = sys.gettrace()
    sys.settrace(lambda frame, *_: local if frame.f_code is code else None)
    try:
        work()
    finally:
        sys.settrace(before)
    return {name: list(kinds) for name, kinds in seen.items()}


class _Sampler:
    """Looks at named functions from a thread while the program works."""

    def __init__(self, wanted: list[tuple[str, str]]) -> None:
        self.wanted = {name: file for file, name in wanted}
        self.watched: dict[types.CodeType, list[Watched]] = {}
        self.looks, self.going = 0, True

    def find(self) -> None:
        for one in gc.get_objects():
            if type(one) is not types.FunctionType:
                continue
            code = one.__code__
            name = code.co_qualname.replace("<locals>.", "")  # type: ignore[attr-defined]
            if (
                name in self.wanted
                and code not in self.watched
                and os.path.realpath(code.co_filename) == self.wanted[name]
            ):
                self.watched[code] = [Watched(inner) for inner in _with_inner(code)]

    def work(self) -> None:
        while self.going:
            time.sleep(INTERVAL_S)
            if self.looks % 25 == 0:
                self.find()
            self.looks += 1
            self.look()

    def look(self) -> None:
        for parts in list(self.watched.values()):
            for part in parts:
                part.look()


def _command(request: dict[str, Any]) -> dict[str, Any]:
    import runpy
    import threading

    arguments = list(request["arguments"])
    sampler = _Sampler([(os.path.realpath(file), name) for file, name in request["functions"]])
    thread = threading.Thread(target=sampler.work, daemon=True)
    thread.start()
    ended: Any = 0
    try:
        if arguments[0] == "-m":
            sys.argv = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        elif arguments[0] == "-c":
            sys.argv = ["-c", *arguments[2:]]
            exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - the user's command
        else:
            path = arguments[0] if os.path.exists(arguments[0]) else shutil.which(arguments[0]) or arguments[0]
            sys.argv = [path, *arguments[1:]]
            sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
            runpy.run_path(path, run_name="__main__")
    except SystemExit as error:
        ended = error.code
    except (OSError, SyntaxError, ImportError) as error:
        return {"problem": f"cannot run {' '.join(arguments)[:80]}: {type(error).__name__}: {error}"}
    finally:
        sampler.find()
        sampler.look()
        sampler.going = False
        thread.join()
    return {
        "calls": None,
        "looks": sampler.looks,
        "ended": ended if isinstance(ended, int) or ended is None else 1,
        "functions": [_found(parts, code, {}) for code, parts in sampler.watched.items()],
    }
