"""Coroutines that wait for one thing after the other, start without limit, or hold the loop by a lock of threads."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from codeflash_inside.scan import kinds
from codeflash_inside.scan.scopes import name_of
from codeflash_inside.scan.source import (
    COMPREHENSIONS,
    enclosing,
    inside,
    loops,
    make_hit,
    names_in,
    own_nodes,
    parent,
    scope_node,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_inside.scan.source import Hit, Module

# Only what asks for something can be asked for at once; for what writes, sends or waits for its turn order matters.
ASKING = {
    "get", "fetch", "load", "download", "request", "query", "find", "search", "lookup", "resolve", "list", "describe",
    "count", "scrape", "retrieve", "compute", "check", "ping", "crawl", "geocode", "translate", "embed", "head",
}  # fmt: skip
# One of these serves one request at a time, or its answers come in the order of the questions.
SERIAL = {
    "session", "conn", "connection", "cursor", "tx", "transaction", "db", "lock", "reader", "writer", "stream", "websocket",
    "ws", "page", "browser", "socket", "sock", "queue", "frame", "tab", "driver", "process", "proc", "transport", "pipe",
    "iterator", "channel", "protocol",
}  # fmt: skip
_LIMITS = (
    "semaphore",
    "sem",
    "limit",
    "throttle",
    "bounded",
    "batch",
    "chunk",
    "pool",
    "concurrency",
    "capacity",
    "worker",
)
_ENDING = {
    "cancel",
    "close",
    "aclose",
    "stop",
    "shutdown",
    "wait",
    "join",
    "disconnect",
    "terminate",
    "wait_closed",
    "cleanup",
    "teardown",
}
_WRAPPED = ("asyncio.wrap_future", "asyncio.shield", "asyncio.create_task", "asyncio.ensure_future", "asyncio.wait_for")
# What makes ready or refuses has to come first.
_FIRST = {
    "client",
    "ensure",
    "raise",
    "connect",
    "init",
    "setup",
    "session",
    "validate",
    "check",
    "require",
    "auth",
    "token",
    "or",
}
GATHER = ("asyncio.gather", "asyncio.wait")


def sequential_awaits(module: Module) -> Iterator[Hit]:
    """Two requests awaited one after the other of which the second needs nothing from the first."""
    for function in module.of(ast.AsyncFunctionDef):
        for body in _bodies(function):
            for first, second in zip(body, body[1:]):
                one, other = _asks(module, first), _asks(module, second)
                if one is None or other is None:
                    continue
                bound = _bound(first)
                if _words(one) & _FIRST or _of_the_same_object(first, other):
                    continue
                if not bound or not _bound(second) or bound & _bound(second) or bound & _read(second):
                    continue
                what = f"`{text_of(other, 40)}` needs nothing from `{text_of(one, 40)}` before it; await both with asyncio.gather"
                yield make_hit("sequential-awaits", second, what, "async")


def await_in_loop(module: Module) -> Iterator[Hit]:
    """A loop that awaits a request for each item, in which no step needs another."""
    for node in module.of(ast.Await):
        around = loops(node)
        if not around or not isinstance(scope_node(node), ast.AsyncFunctionDef):
            continue
        loop = around[0]
        if isinstance(loop, COMPREHENSIONS):
            variables = names_in(*(generator.target for generator in loop.generators))
            if any(generator.is_async for generator in loop.generators):
                continue
            if any(inside(node, test) for generator in loop.generators for test in generator.ifs):
                continue
        elif isinstance(loop, ast.For):
            variables = names_in(loop.target)
            if _carries(loop) or (enclosing(node, *_GUARDS) is not None and inside(enclosing(node, *_GUARDS), loop)):
                continue
        else:
            continue
        call = node.value
        if not isinstance(call, ast.Call) or not _is_request(module, call) or kinds.small_loop(module, loop):
            continue
        read = names_in(*call.args, *(one.value for one in call.keywords), call.func)
        if not variables & _derived(loop, variables, read):
            continue
        what = f"`{text_of(node, 40)}` waits for each item before the next is asked for; asyncio.gather with a limit"
        yield make_hit("await-in-loop", node, what, "async")


_GUARDS = (ast.AsyncWith,)


def unbounded_gather(module: Module) -> Iterator[Hit]:
    """All items of a collection started at once, with nothing that limits how many."""
    for node in module.calls(*GATHER):
        if not node.args:
            continue
        argument = node.args[0]
        if module.dotted(node.func) == "asyncio.gather":
            stars = [one.value for one in node.args if isinstance(one, ast.Starred)]
            if len(stars) != 1:
                continue
            argument = stars[0]
        started = _started(module, argument)
        if started is None or _limited(module, node, started[0]) or _small_source(module, started[1]):
            continue
        call = started[0]
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in _ENDING or name.startswith(("cancel", "close", "stop", "shutdown", "_close", "_stop")):
            continue
        if isinstance(call.func, ast.Attribute) and names_in(call.func.value) & names_in(*_targets(started[2])):
            continue  # a method of each item: the objects exist already, and so do as many of what they hold
        what = f"`{text_of(node, 40)}` starts all of `{text_of(started[1], 30)}` at once; limit it with a semaphore"
        yield make_hit("unbounded-gather", node, what, "async")


def sync_lock(module: Module) -> Iterator[Hit]:
    """A lock of threads held over an `await`, or taken by `acquire`, in a coroutine: who waits for it stops the loop.

    One that is held for a few statements without an `await` is how threads and a loop share state; it is let be.
    """
    for node in module.of(ast.With):
        if isinstance(scope_node(node), ast.AsyncFunctionDef) and _awaits(node):
            for item in node.items:
                if kinds.kind(module, item.context_expr) == kinds.LOCK:
                    yield _lock_hit(node, item.context_expr)
    for node in module.calls(".acquire"):
        function = node.func
        if not isinstance(function, ast.Attribute):
            continue
        if not isinstance(scope_node(node), ast.AsyncFunctionDef) or isinstance(parent(node), ast.Await):
            continue
        blocking = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "blocking")]
        if any(isinstance(one, ast.Constant) and not one.value for one in blocking):
            continue
        if kinds.kind(module, function.value) == kinds.LOCK:
            yield _lock_hit(node, function.value)


def _awaits(node: ast.With) -> bool:
    function = scope_node(node)
    return any(isinstance(inner, (ast.Await, ast.AsyncFor, ast.AsyncWith)) and scope_node(inner) is function
               for inner in ast.walk(node))  # fmt: skip


def _lock_hit(node: Any, lock: ast.expr) -> Hit:
    what = f"waiting for the threads' lock `{text_of(lock)}` holds the event loop; asyncio.Lock, or take it in a thread"
    return make_hit("sync-lock-in-async", node, what, "async")


def _bodies(function: ast.AST) -> Iterator[list[ast.stmt]]:
    """The blocks of statements of one function."""
    yield function.body  # type: ignore[attr-defined]
    for node in own_nodes(function):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            for name in ("body", "orelse", "finalbody"):
                body = getattr(node, name, None)
                if isinstance(body, list):
                    yield body


def _asks(module: Module, statement: ast.stmt) -> ast.Call | None:
    """The request that `name = await request(…)` awaits."""
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    if isinstance(value, ast.Await) and isinstance(value.value, ast.Call) and _is_request(module, value.value):
        return value.value
    return None


def _of_the_same_object(first: ast.stmt, other: ast.Call) -> bool:
    """Whether the first result goes into the object whose method the second is, which may read it there."""
    function = other.func
    holder = function.value.id if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) else ""
    return any(name.startswith(f"{holder}.") for name in _bound(first)) if holder else False


def _words(call: ast.Call) -> set[str]:
    function = call.func
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    return set(name.lower().strip("_").split("_"))


def _is_request(module: Module, call: ast.Call) -> bool:
    function = call.func
    if not _words(call) & ASKING or module.dotted(function) in ("asyncio.wait", "asyncio.gather"):
        return False
    # What shares one connection is asked in turn.
    holders = [function.value] if isinstance(function, ast.Attribute) else []
    for part in (*holders, *call.args, *(one.value for one in call.keywords)):
        for inner in ast.walk(part):
            text = inner.attr if isinstance(inner, ast.Attribute) else inner.id if isinstance(inner, ast.Name) else ""
            if set(text.lower().strip("_").split("_")) & SERIAL:
                return False
    return not (isinstance(function, ast.Attribute) and function.attr == "get" and not call.args)  # queue.get()


def _bound(statement: ast.stmt) -> set[str]:
    targets = (
        statement.targets
        if isinstance(statement, ast.Assign)
        else [statement.target]
        if isinstance(statement, ast.AnnAssign)
        else []
    )
    return {
        name_of(one) for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])
    } - {""}


def _read(statement: ast.stmt) -> set[str]:
    value = getattr(statement, "value", None)
    return {name_of(node) for node in ast.walk(value) if name_of(node)} if value is not None else set()


def _carries(loop: ast.For) -> bool:
    """Whether a step can end the loop, or uses what an earlier one left."""
    stored: list[tuple[int, str]] = []
    for node in (inner for statement in loop.body for inner in ast.walk(statement)):
        if isinstance(node, (ast.Break, ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)):
            return True
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored.append((node.lineno, node.id))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            return True
    first: dict[str, int] = {}
    for line, name in sorted(stored):
        first.setdefault(name, line)
    for statement in loop.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.lineno <= first.get(node.id, 0):
                if node.id not in names_in(loop.target) and not _own_value(node):
                    return True
    # A container that is both written and asked about in the body may stop what comes twice.
    text = {name_of(call.func.value) for statement in loop.body for call in ast.walk(statement)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ("append", "add", "update", "extend")}  # fmt: skip
    asked = {name_of(node.comparators[0]) for statement in loop.body for node in ast.walk(statement)
             if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn))}  # fmt: skip
    return bool((text & asked) - {""})


def _own_value(node: ast.Name) -> bool:
    """Whether a read on the line of the first write is part of a comprehension that binds the name itself."""
    made = enclosing(node, *COMPREHENSIONS)
    return made is not None and node.id in names_in(*(generator.target for generator in made.generators))


def _derived(loop: Any, variables: set[str], read: set[str]) -> set[str]:
    """`read`, with the loop's variables in place of names that the body made from them."""
    found = set(read)
    if isinstance(loop, ast.For):
        for statement in loop.body:
            for node in ast.walk(statement):
                if (
                    isinstance(node, ast.Assign)
                    and names_in(*node.targets) & found
                    and names_in(node.value) & variables
                ):
                    found |= variables
    return found


def _started(module: Module, argument: ast.expr) -> tuple[ast.Call, ast.expr, Any] | None:
    """What is called for each item, the items, and the comprehension, of the argument of a gather."""
    if isinstance(argument, ast.Name):
        found = [one for one in kinds.bindings(module, argument) if one.value is not None]
        if len(found) != 1:
            return None
        argument = found[0].value  # type: ignore[assignment]
    if isinstance(argument, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
        call = argument.elt
        if (
            isinstance(call, ast.Call)
            and module.dotted(call.func) in ("asyncio.create_task", "asyncio.ensure_future")
            and call.args
        ):
            call = call.args[0]
        if isinstance(call, ast.Call) and module.dotted(call.func) not in _WRAPPED:
            return call, argument.generators[0].iter, argument
    if (
        isinstance(argument, ast.Call)
        and isinstance(argument.func, ast.Name)
        and argument.func.id == "map"
        and len(argument.args) > 1
    ):
        made = ast.Call(argument.args[0], [], [])
        return made, argument.args[1], None
    return None


def _targets(made: Any) -> list[ast.expr]:
    return [generator.target for generator in made.generators] if made is not None else []


def _small_source(module: Module, items: ast.expr) -> bool:
    return kinds.small_source(module, items) or (
        isinstance(items, ast.Subscript) and isinstance(items.slice, ast.Slice)
    )


def _limited(module: Module, node: ast.Call, call: ast.Call) -> bool:
    """Whether something named like a limit is in the function, or in the coroutine that is started."""
    places: list[ast.AST] = [scope_node(node)]
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    places += [one for one in module.nodes[ast.AsyncFunctionDef] if one.name == name]
    for place in places:
        if isinstance(place, ast.Module):
            continue
        for inner in ast.walk(place):
            text = inner.id if isinstance(inner, ast.Name) else inner.attr if isinstance(inner, ast.Attribute) else ""
            if isinstance(inner, ast.arg):
                text = inner.arg
            if any(word in text.lower().split("_") or (word in text.lower() and len(word) > 4) for word in _LIMITS):
                return True
    return False
