"""Live instances by class when resident memory stood highest, and what their `__dict__`s take.

Walking all objects makes a list of them, which an allocation pass would see; so it is done in the pass that counts
calls, where no figure of memory or time is taken. Nothing here runs code of the program's: no attribute of an
instance is asked for, and classes are looked at through the descriptors of `type` itself.
"""

from __future__ import annotations

import gc
import sys

from .originals import os, time
from .parts import Part
from .resident import Resident

_LOADED = "_collections" in sys.modules
from _collections import _count_elements  # type: ignore[import-not-found] # noqa: E402

if not _LOADED:  # the program imports it anew, as it would without us
    sys.modules.pop("_collections", None)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

    from .timer import PosixTimer, SamplingThread

GROWTH = 1.02  # a walk is worth making at once when resident memory is that much above the last one
CLOSE = 0.9  # and now and then while it stands as close to it: what a walk frees hides growth
PATIENCE = 4  # times the duration of a walk that pass before the next, doubled while memory does not grow
MOST_PATIENCE = 16
MOST_OBJECTS = 1_000_000  # of more, every so many are looked at
FEWEST = 100  # instances below which a class is not listed
MOST_CLASSES = 100
MEASURED = 20  # instances of a class whose memory is measured
EXAMINED = 20_000  # objects among which these are looked for
COLLECTOR_HEADER = 16
INLINE_HEADER = 16  # of the array that holds attributes without a dict, 3.11 and later

_dict_of: Callable[[type], Any] = type.__dict__["__dict__"].__get__
_dict_offset: Callable[[type], int] = type.__dict__["__dictoffset__"].__get__
_qualified_name: Callable[[type], str] = type.__dict__["__qualname__"].__get__
_LIBRARY = os.path.dirname(os.__file__) + os.sep


class WithCensus(Part):
    """Another collector, with instances counted beside it when memory is at its highest so far."""

    def __init__(self, inner: Part) -> None:
        """Do all that `inner` does."""
        super().__init__(inner.state, inner.due)
        self.inner = inner
        self.interval_s = min(inner.interval_s, 0.02)
        self.resident = Resident()
        self.forget_census()

    def forget_census(self) -> None:
        """Nothing was counted yet."""
        self.level = self.resident.start  # pages at the highest walk
        self.next = 0.0
        self.patience = PATIENCE
        self.most = 0  # objects that the best walk met
        self.found: list[Any] = []

    def start(self) -> None:
        """Begin."""
        self.inner.start()

    def step_aside(self) -> None:
        """Pass it on."""
        self.inner.step_aside()

    def clock_changed(self, clock: PosixTimer | SamplingThread) -> None:
        """Pass it on."""
        self.inner.clock_changed(clock)

    def tick(self, signal: int, frame: FrameType | None) -> None:
        """Walk when memory stands about as high as it ever did, and it is affordable."""
        now = time.perf_counter()
        if now >= self.next:
            pages = self.resident.read()
            higher = pages > self.level * GROWTH
            if higher or pages > self.level * CLOSE:
                self.patience = PATIENCE if higher else min(self.patience * 2, MOST_PATIENCE)
                self.level = max(self.level, pages)
                self._walk()
                end = time.perf_counter()
                self.next = end + (end - now) * self.patience
        self.inner.tick(signal, frame)

    def stop(self, frame: FrameType | None) -> None:
        """Walk once more where what is left is about as much as ever was."""
        self.inner.stop(frame)
        if self.resident.read() > self.level * CLOSE:
            self._walk()
        self.resident.close()

    def forget(self) -> None:
        """Start anew in the child of a fork."""
        self.inner.forget()
        self.resident.reset()
        self.forget_census()

    def sums(self) -> dict[str, Any]:
        """What the other has."""
        return self.inner.sums()

    def latest(self) -> dict[str, Any]:
        """What the other has, and the instances."""
        return {**self.inner.latest(), "instances": self.found}

    def _walk(self) -> None:
        """Keep the walk that met the most objects."""
        try:
            objects, found = census()
        except MemoryError:
            return
        if objects > self.most:
            self.most, self.found = objects, found


def census() -> tuple[int, list[tuple[str, str, int, int, float, float, bool, bool]]]:
    """How many objects there are, and the most numerous classes of modules with a file, those of the standard library and of site-packages left out.

    Each as `(file, qualified name, first line or 0, instances, mean bytes of the object, mean bytes of its attributes'
    storage, whether it has a dict, whether the class declares slots)`.
    """
    objects = gc.get_objects()
    total = len(objects)
    stride = total // MOST_OBJECTS + 1
    if stride > 1:
        objects = objects[::stride]
    identities = list(map(id, map(type, objects)))
    counts: dict[int, int] = {}
    _count_elements(counts, identities)
    wanted: dict[int, list[Any]] = {}
    examples = dict(zip(identities, objects))
    for identity, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        if count * stride < FEWEST or len(wanted) >= MOST_CLASSES:
            break
        kind = type(examples[identity])
        file = _file_of(kind)
        if file:
            wanted[identity] = [kind, file, count * stride, []]
    step = len(objects) // EXAMINED + 1
    for identity, thing in zip(identities[::step], objects[::step]):
        if identity in wanted and len(wanted[identity][3]) < MEASURED:
            wanted[identity][3].append(thing)
    found = []
    for identity, (kind, file, count, sample) in wanted.items():
        sizes = [_sizes(thing, kind) for thing in sample or [examples[identity]]]
        names = _dict_of(kind)
        line = names.get("__firstlineno__", 0)
        found.append(
            (
                file,
                str(_qualified_name(kind)),
                line if type(line) is int else 0,
                count,
                sum(own for own, _ in sizes) / len(sizes),
                sum(attributes for _, attributes in sizes) / len(sizes),
                _dict_offset(kind) != 0,
                "__slots__" in names,
            )
        )
    return total, found


def _file_of(kind: type) -> str:
    """The file of a class's module; empty where there is none, or it is no project's."""
    name = _dict_of(kind).get("__module__")
    module = sys.modules.get(name) if type(name) is str else None
    if module is None or not issubclass(type(module), type(sys)):
        return ""
    file = object.__getattribute__(module, "__dict__").get("__file__")
    if type(file) is not str or file.startswith((_LIBRARY, os.path.dirname(__file__))) or "site-packages" in file:
        return ""
    return file


def _sizes(thing: Any, kind: type) -> tuple[float, float]:
    """Bytes of an instance itself, and of what holds its attributes.

    From 3.11 on attributes lie in an array without a dict until somebody asks for `__dict__`, which this must not do:
    the collector's own view tells the two apart, and how many attributes there are.
    """
    own = object.__sizeof__(thing) + COLLECTOR_HEADER
    if not _dict_offset(kind):
        return own, 0.0
    referents = [held for held in gc.get_referents(thing) if held is not kind]
    dicts = [held for held in referents if type(held) is dict]
    if dicts and (len(referents) == 1 or sys.version_info < (3, 11)):
        return own, float(sys.getsizeof(dicts[-1]))
    if sys.version_info < (3, 11):
        return own, 0.0  # it has no attribute yet
    return own, INLINE_HEADER + 8.0 * len(referents)
