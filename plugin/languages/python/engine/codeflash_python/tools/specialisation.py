"""Hot bytecode that the interpreter does not specialise, with the line and what is likely to be the reason."""

from __future__ import annotations

import linecache
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeflash_agent.errors import EnvironmentProblem
from codeflash_agent.language import Answer
from codeflash_python.tools import inside
from codeflash_python.tools.heat import Heated

if TYPE_CHECKING:
    from codeflash_agent.language import Inquiry

HOT_PERCENT, MOST_FUNCTIONS = 1.0, 12
ARITHMETIC = {"+", "-", "*", "+=", "-=", "*="}
UNSTABLE = {
    "BINARY_OP": "operands of mixed types",
    "COMPARE_OP": "compared values of mixed types",
    "BINARY_SUBSCR": "containers or keys of mixed types",
    "STORE_SUBSCR": "containers or keys of mixed types",
    "CONTAINS_OP": "containers of mixed types",
    "UNPACK_SEQUENCE": "sequences of mixed types or lengths",
    "FOR_ITER": "iterables of mixed types",
    "LOAD_ATTR": "megamorphic: objects of several classes, or whose attributes were set in another order",
    "LOAD_METHOD": "megamorphic: objects of several classes",
    "STORE_ATTR": "objects of several classes, or whose attributes are set in another order",
    "LOAD_GLOBAL": "names are added to or deleted from the module while it works",
    "CALL": "megamorphic call: several functions or classes are called here",
    "PRECALL": "megamorphic call: several kinds of callable are called here",
    "TO_BOOL": "conditions of mixed types",
    "SEND": "several kinds of awaitable or iterator",
    "LOAD_SUPER_ATTR": "several classes",
}
GENERIC = {
    "BINARY_OP": "no form for these operands: it has them for two ints, two floats and two strings",
    "COMPARE_OP": "no form for these operands: it has them for ints, floats and strings",
    "BINARY_SUBSCR": "no form: it has them for a list or tuple by a small index from the front, and for a plain dict",
    "STORE_SUBSCR": "no form: it has them for a list by a small index from the front, and for a plain dict",
    "CONTAINS_OP": "no form: it has them for a set and a plain dict",
    "UNPACK_SEQUENCE": "no form: it has them for tuples and lists of the right length",
    "FOR_ITER": "no form: it has them for lists, tuples, ranges and generators; dict views, zip, enumerate and map have none",
    "LOAD_ATTR": "a method that is kept, or called with `*`; `__getattr__`, a descriptor, or an attribute made on the fly",
    "LOAD_METHOD": "`__getattr__`, a callable kept in the instance, or a class that changes",
    "STORE_ATTR": "`__setattr__`, a descriptor, or an instance whose dictionary was taken out (`vars`, `__dict__`)",
    "LOAD_GLOBAL": "the module's names keep changing, or they are no plain dictionary",
    "CALL": "no form for this callable, such as a class with an `__init__` of its own or a native function with keywords",
    "PRECALL": "a callable of a kind that has no form: an object with `__call__`, or several",
    "TO_BOOL": "`__bool__` or `__len__` is called, or mixed types",
    "SEND": "an awaitable that is no coroutine or generator",
}


OF_THE_PROGRAM = {"LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR", "LOAD_GLOBAL"}  # generic because of how it is written


def answer(inquiry: Inquiry) -> Answer:
    """Watch a callable, or the hot functions of the profile while its command runs."""
    options = inquiry.options
    if options["callable"]:
        request = {key: options[key] for key in ("callable", "input", "size", "calls")}
        found = inside.ask(inquiry, "specialisation", request)
    else:
        hot = _hot(inquiry)
        found = inside.ask(inquiry, "specialisation", {"arguments": _arguments(inquiry), "functions": hot})
        if found.get("ended"):
            inquiry.progress(f"the command ended with {found['ended']}; what ran until then is shown")
    heated = Heated(inquiry.profile, inquiry.tree, inquiry.project)
    functions = [_function(one, heated, inquiry) for one in found["functions"]]
    functions.sort(key=lambda one: (-one["cpu_percent"], one["file"], one["line"]))
    act = any(row["act"] for one in functions for row in one["rows"])
    document = {"schema_version": 1, "callable": options["callable"], "calls": found["calls"], "functions": functions}
    return Answer(_lines(document), document, found=act)


def _hot(inquiry: Inquiry) -> list[tuple[str, str]]:
    heated = Heated(inquiry.profile, inquiry.tree, inquiry.project)
    if not heated.known:
        raise EnvironmentProblem(
            "no profile says which functions are hot: run `codeflash-agent profile`, or name a callable"
        )
    rows = [(path, row) for path, row in heated.rows if (row.get("cpu_own_percent") or 0.0) >= HOT_PERCENT]
    rows.sort(key=lambda pair: -pair[1]["cpu_own_percent"])
    hot = [(str(path), row["function"]) for path, row in rows if row["function"] != "<module>"][:MOST_FUNCTIONS]
    if not hot:
        raise EnvironmentProblem("the profile has no function above 1 % CPU; name a callable")
    return hot


def _arguments(inquiry: Inquiry) -> list[str]:
    """The command without its interpreter: it runs within ours."""
    command = list(inquiry.command)
    if not command:
        raise EnvironmentProblem("nothing to run: give a command after --, or name a callable")
    if Path(command[0]).name.startswith(("python", "pypy")):
        command = command[1:]
        while command and command[0].startswith("-") and command[0] not in ("-m", "-c"):
            command = command[1:]
        if not command or (command[0] in ("-m", "-c") and len(command) < 2):
            raise EnvironmentProblem(
                "the command starts an interpreter and no program; give a script, or -m and a module"
            )
    return command


def _function(one: dict[str, Any], heated: Heated, inquiry: Inquiry) -> dict[str, Any]:
    row = heated.function(Path(one["file"]), one["function"], one["line"] + 1) if heated.known else None
    file = os.path.relpath(os.path.realpath(one["file"]), os.path.realpath(inquiry.tree))
    rows = [_judged(found, one["file"]) for found in one["rows"]]
    return {
        "file": one["file"] if file.startswith("..") else file,
        "line": one["line"],
        "function": one["function"],
        "cpu_percent": float((row or {}).get("cpu_own_percent") or 0.0),
        "instructions": one["instructions"],
        "rows": rows,
    }


def _judged(found: dict[str, Any], file: str) -> dict[str, Any]:
    name, unstable = found["instruction"], found["kind"] == "unstable"
    mixed = {operand: kinds for operand, kinds in found["types"].items() if len(kinds) > 1}
    no_operator = name == "BINARY_OP" and found["detail"] not in ARITHMETIC
    if no_operator and not unstable:
        reason = f"the operator {found['detail']} has no specialised form"
    else:
        table = UNSTABLE if unstable or (mixed and name in UNSTABLE) else GENERIC
        reason = table.get(name, "it has no form for what it meets")
    known = mixed or found["types"]
    if known:
        reason += "; " + ", ".join(f"{operand} is {' or '.join(kinds[:4])}" + (" …" if len(kinds) > 4 else "") for operand, kinds in known.items())  # fmt: skip
    return {
        "line": found["line"],
        "source": linecache.getline(file, found["line"]).strip(),
        "instruction": name,
        "detail": found["detail"],
        "kind": found["kind"],
        "forms": found["forms"],
        "types": found["types"],
        "reason": reason,
        # What no form exists for is a fact of the interpreter, not of this program.
        "act": unstable or bool(mixed) or name in OF_THE_PROGRAM,
    }


def _lines(document: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for one in document["functions"]:
        share = f" [{one['cpu_percent']:.1f} % CPU]" if one["cpu_percent"] else ""
        lines.append(
            f"[specialisation] {one['file']}:{one['line']} {one['function']}{share}: {len(one['rows'])} of "
            f"{one['instructions']} instructions that can be are not specialised for good"
        )
        for row in one["rows"]:
            detail = f" {row['detail']}" if row["detail"] else ""
            mark = "" if row["act"] else " (nothing to do)"
            lines.append(f"  line {row['line']}: {row['instruction']}{detail}, {row['kind']}{mark}: {row['reason']}")
            lines.append(f"    {row['source'][:100]}")
    return lines or ["[specialisation] none of the hot functions was met while the command ran"]
