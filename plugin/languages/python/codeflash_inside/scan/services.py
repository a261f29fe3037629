"""Connections made for every call, and a question to the database for every item."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codeflash_inside.scan import kinds
from codeflash_inside.scan.scopes import name_of
from codeflash_inside.scan.source import loop_names, loops, make_hit, names_in, own_nodes, parent, scope_node, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codeflash_inside.scan.source import Hit, Module

CLIENTS = {
    "requests.Session", "requests.session", "httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession", "boto3.client",
    "boto3.resource", "boto3.Session", "boto3.session.Session", "redis.Redis", "redis.StrictRedis", "redis.asyncio.Redis",
    "psycopg2.connect", "psycopg.connect", "pymongo.MongoClient", "sqlalchemy.create_engine", "smtplib.SMTP",
    "urllib3.PoolManager", "pymysql.connect", "MySQLdb.connect", "openai.OpenAI", "openai.AsyncOpenAI", "asyncpg.connect",
    "anthropic.Anthropic", "anthropic.AsyncAnthropic", "elasticsearch.Elasticsearch", "grpc.insecure_channel",
    "motor.motor_asyncio.AsyncIOMotorClient", "sqlite3.connect", "http.client.HTTPSConnection", "http.client.HTTPConnection",
}  # fmt: skip
# Each of these makes a connection, asks once and closes it.
ONE_OFF = {
    f"{library}.{verb}"
    for library in ("requests", "httpx")
    for verb in ("get", "post", "put", "patch", "delete", "head", "request")
}
_ONCE = (
    "main",
    "run",
    "cli",
    "setup",
    "connect",
    "open",
    "start",
    "init",
    "__init__",
    "__enter__",
    "__aenter__",
    "lifespan",
)
_HANDLERS = ("get", "post", "put", "delete", "patch", "route", "websocket", "task", "event", "message", "command")
_ORM = ("get", "filter", "first", "count", "exists", "all", "exclude", "get_or_create")
_ASKING = ("execute", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all", "read_sql")
_OF_SESSION = ("get", "scalar", "scalars", "query")
_QUESTIONS = sorted({f".{name}" for name in (*_ASKING, *_ORM, *_OF_SESSION)})


def client_per_call(module: Module) -> Iterator[Hit]:
    """A client or session made in a loop, or in a function that a loop or a server calls for each request."""
    repeated: set[str] | None = None
    for node in module.calls(*ONE_OFF, *CLIENTS):
        name = module.dotted(node.func)
        if name in ONE_OFF:
            around = [loop for loop in loops(node) if not kinds.small_loop(module, loop)]
            if around and not _retries(around[0]):
                what = f"`{text_of(node, 40)}` opens a connection in every step; one client before the loop keeps it"
                yield make_hit("client-per-call", node, what)
            continue
        around = [loop for loop in loops(node) if not kinds.small_loop(module, loop)]
        function = scope_node(node)
        if around:
            if names_in(*node.args, *(one.value for one in node.keywords)) & loop_names(around[0]) or _retries(
                around[0]
            ):
                continue
            if _kept(module, node):
                continue
            yield make_hit(
                "client-per-call", node, f"`{text_of(node, 40)}` is made in every step; make it once before the loop"
            )
        elif isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if (
                function.name.strip("_") in _ONCE
                or function.name in _ONCE
                or _kept(module, node)
                or _remembered(module, function)
            ):
                continue
            repeated = _called_in_loops(module) if repeated is None else repeated
            if function.name in repeated or _handles(function):
                yield make_hit(
                    "client-per-call",
                    node,
                    f"`{text_of(node, 40)}` is made in every call of {function.name}; share one",
                )


def query_in_loop(module: Module) -> Iterator[Hit]:
    """A question to a database for each item of a loop."""
    for node in module.calls(*_QUESTIONS):
        if not _question(module, node):
            continue
        around = [
            loop
            for loop in loops(node)
            if isinstance(loop, (ast.For, ast.AsyncFor, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp))
        ]
        if not around or kinds.small_loop(module, around[0]):
            continue
        bound = loop_names(around[0])
        if not names_in(*node.args, *(one.value for one in node.keywords)) & bound:
            continue
        what = f"`{text_of(node, 50)}` asks the database for each item; ask once for all of them"
        yield make_hit("query-in-loop", node, what)


def _question(module: Module, node: ast.Call) -> bool:
    function = node.func
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr in _ASKING and node.args:
        return _is_select(module, node.args[0])
    if function.attr in _ORM and isinstance(function.value, ast.Attribute) and function.value.attr == "objects":
        return isinstance(function.value.value, ast.Name) and function.value.value.id[:1].isupper()
    owner = name_of(function.value).rpartition(".")[2]
    if function.attr in _OF_SESSION and owner in (
        "session",
        "db_session",
        "dbsession",
        "_session",
    ):
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Name) and first.id[:1].isupper():
            return function.attr == "get" and len(node.args) > 1
        return isinstance(first, ast.Call) and "select" in ast.dump(first)
    return False


def _is_select(module: Module, node: ast.expr) -> bool:
    texts = []
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            texts.append(inner.value)
            break
    if isinstance(node, ast.Name):
        texts += [
            one.value.value for one in kinds.bindings(module, node)
            if isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
        ]  # fmt: skip
    return any(text.lstrip().lower().startswith(("select ", "select\n", "with ")) for text in texts)


def _called_in_loops(module: Module) -> set[str]:
    found = set()
    for call in module.nodes[ast.Call]:
        name = (
            call.func.id
            if isinstance(call.func, ast.Name)
            else call.func.attr
            if name_of(call.func).startswith("self.")
            else ""
        )
        if name and any(not kinds.small_loop(module, loop) for loop in loops(call)):
            found.add(name)
    return found


def _retries(loop: ast.AST) -> bool:
    """Whether a loop is there to try the same thing again."""
    if isinstance(loop, ast.While):
        return True
    return isinstance(loop, ast.For) and any(
        word in name.lower() for name in names_in(loop.target) for word in ("attempt", "retry", "retries", "tries")
    )


def _handles(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Attribute) and called.attr in _HANDLERS and isinstance(decorator, ast.Call):
            return name_of(called.value) not in ("click", "cli", "typer")
    return False


def _kept(module: Module, node: ast.Call) -> bool:
    """Whether what is made outlives the call: returned, yielded, put into an attribute, a container or a global."""
    holder = parent(node)
    if isinstance(holder, ast.Await):
        holder = parent(holder)
    if isinstance(
        holder,
        (ast.Return, ast.Yield, ast.keyword, ast.Call, ast.Lambda, ast.DictComp, ast.ListComp, ast.Dict, ast.List),
    ):
        return True
    names: set[str] = set()
    if isinstance(holder, ast.Assign):
        for target in holder.targets:
            if not isinstance(target, ast.Name):
                return True
            names.add(target.id)
    if isinstance(holder, ast.withitem) and holder.optional_vars is not None:
        names |= names_in(holder.optional_vars)
    scope = scope_node(node)
    if names & module.scope(scope).declared:
        return True
    for inner in own_nodes(scope) if not isinstance(scope, ast.Module) else []:
        if isinstance(inner, (ast.Return, ast.Yield)) and inner.value is not None:
            if {
                one.id
                for one in ast.walk(inner.value)
                if isinstance(one, ast.Name) and not isinstance(parent(one), ast.Attribute)
            } & names:
                return True
        if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Name) and inner.value.id in names:
            if not isinstance(inner.targets[0], ast.Name):
                return True
    return False


def _remembered(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for decorator in function.decorator_list:
        name = module.dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if any(word in name.lower() for word in ("cache", "memo", "fixture", "contextmanager", "singleton")):
            return True
    return False
