"""What kind of object an expression gives, as far as the source says so; an empty answer means that it does not."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codeflash_inside.scan.scopes import FUNCTIONS, name_of
from codeflash_inside.scan.source import enclosing, scope_node

if TYPE_CHECKING:
    from codeflash_inside.scan.scopes import Binding
    from codeflash_inside.scan.source import Module

LIST, SET, DICT, STR, BYTES, NUMBER, TUPLE, DEQUE, LOCK = (
    "list", "set", "dict", "str", "bytes", "number", "tuple", "deque", "lock",
)  # fmt: skip
OTHER = "other"  # known to be none of these
DEEPEST = 6
SMALL = 16  # a container or loop of up to so many is not worth a hit

_BY_CALL = {
    "list": LIST, "sorted": LIST, "set": SET, "frozenset": SET, "dict": DICT, "str": STR, "repr": STR, "chr": STR,
    "bytes": BYTES, "bytearray": OTHER, "int": NUMBER, "float": NUMBER, "len": NUMBER, "sum": OTHER, "tuple": TUPLE,
    "collections.deque": DEQUE, "collections.OrderedDict": DICT, "collections.defaultdict": DICT,
    "collections.Counter": DICT, "threading.Lock": LOCK, "threading.RLock": LOCK, "threading.Semaphore": LOCK,
    "threading.BoundedSemaphore": LOCK, "threading.Condition": LOCK, "multiprocessing.Lock": LOCK,
    "multiprocessing.RLock": LOCK, "os.listdir": LIST, "glob.glob": LIST, "json.dumps": STR, "input": STR, "hex": STR,
    "format": STR, "ascii": STR, "os.path.join": STR, "textwrap.dedent": STR, "re.findall": LIST, "re.split": LIST,
    "shlex.split": LIST, "os.getcwd": STR, "random.sample": LIST, "heapq.nlargest": LIST, "heapq.nsmallest": LIST,
}  # fmt: skip
_BY_METHOD = {
    "split": LIST, "rsplit": LIST, "splitlines": LIST, "readlines": LIST, "join": STR, "strip": STR, "lstrip": STR,
    "rstrip": STR, "upper": STR, "lower": STR, "title": STR, "format": STR, "decode": STR, "encode": BYTES,
    "hexdigest": STR, "isoformat": STR, "strftime": STR, "zfill": STR, "ljust": STR, "rjust": STR,
    "capitalize": STR, "expandtabs": STR, "casefold": STR,
}  # fmt: skip
_BY_ANNOTATION = {
    "list": LIST, "typing.List": LIST, "set": SET, "frozenset": SET, "typing.Set": SET, "typing.FrozenSet": SET,
    "dict": DICT, "typing.Dict": DICT, "str": STR, "bytes": BYTES, "int": NUMBER, "float": NUMBER, "tuple": TUPLE,
    "typing.Tuple": TUPLE, "collections.deque": DEQUE, "typing.Deque": DEQUE, "threading.Lock": LOCK,
}  # fmt: skip
_DISPLAYS: dict[type, str] = {
    ast.List: LIST, ast.ListComp: LIST, ast.Set: SET, ast.SetComp: SET, ast.Dict: DICT, ast.DictComp: DICT,
    ast.JoinedStr: STR, ast.Tuple: TUPLE, ast.GeneratorExp: OTHER, ast.Lambda: OTHER,
}  # fmt: skip
_SCALARS = {STR, NUMBER, BYTES}


def kind(module: Module, node: ast.AST | None, depth: int = 0) -> str:
    """The kind of what `node` gives."""
    if node is None or depth > DEEPEST:
        return ""
    if node.__class__ in _DISPLAYS:
        return _DISPLAYS[node.__class__]
    if isinstance(node, ast.Constant):
        return _of_constant(node.value)
    if isinstance(node, ast.Call):
        return _of_call(module, node)
    if isinstance(node, ast.BinOp):
        return _of_operation(module, node, depth)
    if isinstance(node, ast.IfExp):
        both = {kind(module, node.body, depth + 1), kind(module, node.orelse, depth + 1)}
        return both.pop() if len(both) == 1 else ""
    if isinstance(node, ast.BoolOp):
        every = {kind(module, value, depth + 1) for value in node.values}
        return every.pop() if len(every) == 1 else ""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return kind(module, node.value, depth + 1)
    if isinstance(node, ast.NamedExpr):
        return kind(module, node.value, depth + 1)
    if name_of(node):
        return _of_name(module, node, depth + 1)
    return ""


def _of_name(module: Module, node: ast.AST, depth: int) -> str:
    """The kind of a variable, found out once; while that is going on it is unknown, so that `x = x.copy()` ends."""
    owner = enclosing(node, ast.ClassDef) if name_of(node).startswith("self.") else scope_node(node)
    key = (id(owner), name_of(node))
    known = module.kinds.get(key)
    if known is None:
        module.kinds[key] = ""
        known = module.kinds[key] = of_bindings(module, bindings(module, node), depth)
    return known


def bindings(module: Module, node: ast.AST) -> list[Binding]:
    """Everything that the variable `node` (`name` or `self.name`) is bound to, in the scope that owns it."""
    name = name_of(node)
    if not name.startswith("self."):
        key = (id(scope_node(node)), name)
        if key not in module.found:
            module.found[key] = _bindings(module, node, name)
        return module.found[key]
    return _bindings(module, node, name)


def _bindings(module: Module, node: ast.AST, name: str) -> list[Binding]:
    if name.startswith("self."):
        owner = enclosing(node, ast.ClassDef)
        return module.attributes(owner).bindings.get(name, []) if owner is not None else []
    scope: ast.AST | None = scope_node(node)
    first = scope
    while scope is not None:
        if scope is first or not isinstance(scope, ast.ClassDef):  # a method does not see the class's names
            known = module.scope(scope)
            if name in known.bindings and name not in known.declared:
                return known.bindings[name] + _from_inner(module, scope, name)
        scope = enclosing(scope, *FUNCTIONS, ast.ClassDef, ast.Module)
    return []


def _from_inner(module: Module, owner: ast.AST, name: str) -> list[Binding]:
    """What functions inside bind to it, that declare it global or nonlocal."""
    return [
        binding
        for function in module.declaring.get(name, [])
        if function is not owner
        for binding in module.scope(function).bindings.get(name, [])
    ]


def of_bindings(module: Module, found: list[Binding], depth: int = 0) -> str:
    """The one kind that all bindings agree on; `None` as a first value does not disagree."""
    kinds = set()
    for binding in found:
        if isinstance(binding.value, ast.Constant) and binding.value.value is None and len(found) > 1:
            continue
        if isinstance(binding.node, ast.AugAssign):
            continue
        own = of_annotation(module, binding.annotation)
        kinds.add(own or kind(module, binding.value, depth))
    return kinds.pop() if len(kinds) == 1 else ""


def of_annotation(module: Module, annotation: ast.AST | None) -> str:
    """The kind that an annotation names."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError):
            return ""
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        parts = [side for side in (annotation.left, annotation.right) if not _is_none(side)]
        return of_annotation(module, parts[0]) if len(parts) == 1 else ""
    if isinstance(annotation, ast.Subscript):
        name = module.dotted(annotation.value)
        if name == "typing.Optional":
            return of_annotation(module, annotation.slice)
        return _BY_ANNOTATION.get(name, "")
    return _BY_ANNOTATION.get(module.dotted(annotation), "") if annotation is not None else ""


def element_kinds(module: Module, node: ast.AST) -> set[str]:
    """Kinds of what is put into the list that `node` names; what is unknown is the empty kind."""
    found: set[str] = set()
    for binding in bindings(module, node):
        value = binding.value
        annotation = binding.annotation
        if isinstance(annotation, ast.Subscript):
            inner = of_annotation(module, annotation.slice)
            found.add(inner or "")
        if isinstance(value, (ast.List, ast.Tuple)):
            found |= {kind(module, one) for one in value.elts}
        elif isinstance(value, ast.ListComp):
            found.add(kind(module, value.elt))
        elif isinstance(value, ast.Call):
            method = value.func.attr if isinstance(value.func, ast.Attribute) else ""
            found.add(STR if method in ("split", "rsplit", "splitlines", "readlines") else "")
    return found


def small_display(node: ast.AST | None) -> bool:
    """Whether an expression is a written-out container, or a range, of a few items."""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return len(node.elts) <= SMALL and not any(isinstance(one, ast.Starred) for one in node.elts)
    if isinstance(node, ast.Dict):
        return len(node.keys) <= SMALL
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
        return len(node.value) <= SMALL
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id in ("enumerate", "reversed", "sorted", "list", "tuple", "iter", "zip") and node.args:
            return any(map(small_display, node.args))
        if node.func.id == "range" and node.args and not node.keywords:
            numbers = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, int)]
            return len(numbers) == len(node.args) and len(range(*numbers[:3])) <= SMALL
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("items", "keys", "values")
    ):
        return small_display(node.func.value)
    return False


def small_loop(module: Module, loop: ast.AST) -> bool:
    """Whether a loop has a constant, small number of steps."""
    if isinstance(loop, (ast.For, ast.AsyncFor)):
        return small_source(module, loop.iter)
    if isinstance(loop, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return all(small_source(module, one.iter) for one in loop.generators)
    return False


def small_source(module: Module, node: ast.expr) -> bool:
    """Whether what is iterated over is known to hold a few items only."""
    if small_display(node):
        return True
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("items", "keys", "values")
    ):
        node = node.func.value
    if not name_of(node):
        return False
    found = bindings(module, node)
    if not found or grows(module, node):
        return False
    return all(small_display(binding.value) for binding in found)


_GROWING = {"append", "extend", "insert", "add", "update", "setdefault", "appendleft", "__setitem__"}


def grows(module: Module, node: ast.AST) -> bool:
    """Whether anything in the file adds to the container of this name."""
    if module.grown is None:
        methods = (call.func for call in module.nodes[ast.Call] if isinstance(call.func, ast.Attribute))
        module.grown = {name_of(method.value) for method in methods if method.attr in _GROWING}
        module.grown |= {name_of(one.target) for one in module.nodes[ast.AugAssign]}
    return name_of(node) in module.grown


def _of_constant(value: object) -> str:
    if isinstance(value, str):
        return STR
    if isinstance(value, bytes):
        return BYTES
    return NUMBER if isinstance(value, (int, float, complex)) else OTHER


def _of_call(module: Module, node: ast.Call) -> str:
    found = _BY_CALL.get(module.dotted(node.func), "")
    if found:
        return found
    if isinstance(node.func, ast.Attribute):
        if node.func.attr == "copy" and not node.args:
            return kind(module, node.func.value, DEEPEST - 1)
        if (
            node.func.attr == "encode"
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in module.imports
        ):
            return ""
        return _BY_METHOD.get(node.func.attr, "")
    return ""


def _of_operation(module: Module, node: ast.BinOp, depth: int) -> str:
    left, right = kind(module, node.left, depth + 1), kind(module, node.right, depth + 1)
    if isinstance(node.op, ast.Mod) and left in (STR, BYTES):
        return left
    if isinstance(node.op, ast.Mult) and {left, right} & {STR, LIST, BYTES, TUPLE}:
        return left if left not in (NUMBER, "") else right
    if isinstance(node.op, ast.Add):
        if left == right:
            return left
        # Only a string can be added to a string.
        return STR if STR in (left, right) and "" in (left, right) else ""
    return left if left == right == NUMBER or left == right == SET else ""


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def scalar(found: str) -> bool:
    """Whether objects of a kind can be members of a set without a look at them."""
    return found in _SCALARS
