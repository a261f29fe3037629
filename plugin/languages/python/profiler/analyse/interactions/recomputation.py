"""Recomputation against memory: a function that is given the same arguments again and again."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from profiler.analyse.interactions.model import Interaction
from profiler.analyse.targets import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from profiler.analyse.interactions.model import Definition, Evidence

SHARE = 0.05  # of the CPU time, cumulative
CALLS = 50
REPEATS = 3.0  # calls looked at for each different set of arguments among them
LOOKED = 10
# What a function whose value depends on more than its arguments calls.
_IMPURE = {
    "append", "clear", "close", "discard", "extend", "get_event_loop", "getrandbits", "input", "insert", "monotonic", "next",
    "now", "open", "perf_counter", "pop", "popitem", "popleft", "print", "process_time", "randint", "random", "read",
    "readline", "recv", "remove", "send", "setdefault", "shuffle", "sleep", "time", "time_ns", "today", "update", "urandom",
    "uuid4", "write",
}  # fmt: skip
# What is dear so that guessing does not pay; kept results would be secrets that lie about.
_DEAR_ON_PURPOSE = {
    "argon2", "bcrypt", "checkpw", "compare_digest", "derive", "hash_password", "hashpw", "pbkdf2", "pbkdf2_hmac", "scrypt",
    "verify_password",
}  # fmt: skip


def recomputation(evidence: Evidence) -> Iterator[Interaction]:
    """Functions whose result can depend on nothing but arguments that come again and again.

    Signatures and hashes of passwords are left out: they are to be made anew.
    """
    table = evidence.table
    for row in table.rows.values():
        looked, distinct, calls = row.argument_calls, row.distinct_arguments, row.calls
        if not looked or looked < LOOKED or not distinct or not calls or calls < CALLS or row.calls_are_resumes:
            continue
        share = row.cum_s / table.cpu_s
        if share < SHARE or looked / distinct < REPEATS or is_test(row.function.file):
            continue
        definition = evidence.definition(row.function)
        if definition is None or not depends_on_arguments_only(definition):
            continue
        yield Interaction(
            "recomputation↔memory",
            [row.function],
            {
                "calls": float(calls),
                "calls_looked_at": float(looked),
                "distinct_arguments": float(distinct),
                "share_of_cpu": share,
            },
            f"{row.function.name} is called {calls:,} times with the same arguments again and again ({distinct:,} "
            f"different in {looked:,} calls looked at), and takes {share:.0%} of the CPU time",
            "compute once or cache, by what the cache would hold: measure both (cpu, memory)",
            share * (1 - distinct / looked),
        )


def depends_on_arguments_only(function: Definition) -> bool:
    """Whether the source shows a value computed from arguments: returned, nothing stored elsewhere, nothing read from outside.

    What the function calls is judged by name only, so this is a filter and no proof; the text says to measure.
    """
    if isinstance(function, ast.AsyncFunctionDef):
        return False
    arguments = function.args
    taken = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if not [argument for argument in taken if argument.arg not in ("self", "cls")]:
        return False
    returns = False
    for node in ast.walk(function):
        if isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal)):
            return False
        if isinstance(node, ast.Return) and node.value is not None:
            returns = True
        stored = isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del))
        if stored and _root(node) in {argument.arg for argument in taken}:
            return False
        if isinstance(node, ast.Call) and _called(node.func) in _DEAR_ON_PURPOSE:
            return False
        if isinstance(node, ast.Call) and _called(node.func) in _IMPURE and not _local(node.func, function):
            return False
    return returns


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _local(called: ast.expr, function: Definition) -> bool:
    """Whether a method is one of an object that the function itself made, such as the list that it returns."""
    if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Name):
        return False
    name = called.value.id
    return any(
        isinstance(node, (ast.Assign, ast.AnnAssign))
        and isinstance(node.value, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.Call))
        and name in {target.id for target in _targets(node) if isinstance(target, ast.Name)}
        for node in ast.walk(function)
    )


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _root(node: ast.AST) -> str:
    """The variable that an attribute or item hangs on."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return getattr(node, "id", "")
