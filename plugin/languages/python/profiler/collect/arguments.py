"""Whether a suspect is called with the same arguments again and again: how many distinct ones a bounded number of calls had.

The program's own code is never run for it: no `__hash__`, `__eq__`, `__len__` or attribute of a class that is not
built in. Scalars count by value, small containers by their contents, other objects by identity and by the values of
their attributes, one level deep; what would be told apart by neither (iterators, objects that cannot be referred to
weakly and so leave their address to the next one) counts as new each time. So an answer errs towards "distinct".
Nothing of the program is kept alive: what is kept are hashes and weak references.
"""

from __future__ import annotations

import sys
from _weakref import ref
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

MOST_LOOKS = 1000  # calls of one function that are looked at
MOST_IN_ALL = 40_000
_MOST_ITEMS = 16
_LONGEST = 4096  # characters, bytes or bits of a scalar that is compared by value
_DEEPEST = 2  # containers within containers
# Before, a trace function looks, whose caller writes the copy back; after, there is none.
_CLEARED = sys.version_info[:2] == (3, 12)
_READS_IT = {"locals", "vars", "dir", "eval", "exec"}
_VARIADIC = (0x04, 0x08)  # *args, **kwargs
_RESUMABLE = 0x20 | 0x80 | 0x200  # generator, coroutine, asynchronous generator
_OPTIMIZED = 0x01  # a function; the locals of a module or class body are its real namespace
# Types by their addresses, since a metaclass can give a type a hash of its own.
_SCALARS = frozenset(map(id, (int, float, complex, bool, str, bytes, type(None), type(Ellipsis))))
_SEQUENCES = frozenset(map(id, (tuple, list)))
_UNORDERED = frozenset(map(id, (set, frozenset)))
_CONTAINERS = frozenset((id(dict), *_SEQUENCES, *_UNORDERED))
_GETSET = type(type(lambda: None).__dict__["__code__"])
_mro_of = type.__dict__["__mro__"].__get__
_dict_of = type.__dict__["__dict__"].__get__


class Unknowable(Exception):
    """This argument cannot be told from another one."""


class Arguments:
    """Looks at calls, and counts how many distinct arguments they had."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self.forget()

    def forget(self) -> None:
        """In the child of a fork: what was seen is the parent's."""
        self.seen: dict[int, list[Any]] = {}  # identity of a code object -> [code, looks, hashes, looks without one]
        self.looks = 0
        self._objects: dict[int, tuple[Any, int]] = {}  # address -> (weak reference, serial number)
        self._serial = 0
        self._types: dict[int, tuple[type, Any]] = {}  # kept with the type, so that its address stays its own

    def wanted(self, code: CodeType) -> bool:
        """Whether another call of this function is worth a look."""
        entry = self.seen.get(id(code))
        return self.looks < MOST_IN_ALL and (entry is None or entry[1] < MOST_LOOKS)

    def look(self, frame: FrameType) -> None:
        """Note the arguments of the call that has just made `frame`."""
        code = frame.f_code
        names = parameters(code)
        if not names:
            return
        local = frame.f_locals
        try:
            values = [local[name] for name in names]
        except KeyError:  # not set up yet
            return
        if _CLEARED and type(local) is dict and not _READS_IT.intersection(code.co_names):
            local.clear()  # or the copy would keep alive what the program lets go of before the function ends
        entry = self.seen.get(id(code))
        if entry is None:
            entry = self.seen[id(code)] = [code, 0, set(), 0]
        entry[1] += 1
        self.looks += 1
        try:
            entry[2].add(hash(tuple([self._key(value, 0) for value in values])))
        except (Unknowable, RuntimeError):  # RuntimeError: another thread changed it meanwhile
            entry[3] += 1

    def found(self) -> list[tuple[CodeType, int, int]]:
        """Functions with the number of calls that were looked at, and of distinct arguments among them."""
        return [(code, looks, len(hashes) + new) for code, looks, hashes, new in list(self.seen.values())]

    def _key(self, value: Any, depth: int) -> Any:
        """What stands for a value: equal for values that a function could not tell apart, as far as we know."""
        kind = type(value)
        if id(kind) in _SCALARS:
            return _scalar(value, kind)
        if id(kind) in _CONTAINERS:
            return self._contents(value, kind, depth)
        iterates, state = self._kind(kind)
        if iterates:
            raise Unknowable
        identity = self._identity(value)
        if depth or state is None:
            return identity
        attributes = state.__get__(value, kind)
        return (identity, self._contents(attributes, dict, depth)) if type(attributes) is dict else identity

    def _contents(self, value: Any, kind: type, depth: int) -> Any:
        """A container by what is in it; a large or deep one by a part of that, its size and its address."""
        size = len(value)
        if depth > _DEEPEST:
            return (id(kind), size, id(value))
        items = value.items() if kind is dict else value
        if size > _MOST_ITEMS:
            if id(kind) in _SEQUENCES:
                items = value[:: size // _MOST_ITEMS]
            keys = [self._key(item, depth + 1) for item in islice(items, _MOST_ITEMS)]
            return (id(kind), size, id(value), tuple(keys))
        keys = [self._key(item, depth + 1) for item in list(items)]
        return (id(kind), frozenset(keys) if id(kind) in _UNORDERED else tuple(keys))

    def _identity(self, value: Any) -> int:
        """A number of this object's own: its address will be another's when it is gone, so a weak reference tells."""
        entry = self._objects.get(id(value))
        if entry is not None and entry[0]() is value:
            return entry[1]
        try:
            reference: Any = ref(value)
        except TypeError:
            raise Unknowable from None
        self._serial += 1
        self._objects[id(value)] = (reference, self._serial)
        return self._serial

    def _kind(self, kind: type) -> tuple[bool, Any]:
        """Whether objects of a type are iterators, and the plain descriptor of their `__dict__` where it has one."""
        entry = self._types.get(id(kind))
        if entry is None:
            spaces = [_dict_of(base) for base in _mro_of(kind)]
            state = next((space["__dict__"] for space in spaces if "__dict__" in space), None)
            answer = (any("__next__" in space for space in spaces), state if type(state) is _GETSET else None)
            entry = self._types[id(kind)] = (kind, answer)
        return entry[1]


def parameters(code: CodeType) -> tuple[str, ...]:
    """Names of a function's parameters; none for what takes none or is no plain function."""
    if not code.co_flags & _OPTIMIZED or code.co_flags & _RESUMABLE:
        return ()
    count = code.co_argcount + code.co_kwonlyargcount + sum(bool(code.co_flags & flag) for flag in _VARIADIC)
    return code.co_varnames[:count]


def _scalar(value: Any, kind: type) -> Any:
    """A scalar by value and type; one that is too long for that, by size and address."""
    if kind is str or kind is bytes:
        if len(value) > _LONGEST:
            return (id(kind), len(value), id(value))
    elif kind is int and value.bit_length() > _LONGEST:
        return (id(kind), value.bit_length(), id(value))
    return (id(kind), value)
