"""The project's classes with the most live instances when memory stood highest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from profiler.analyse.memory import moments

if TYPE_CHECKING:
    from profiler.analyse.identity import Resolver
    from profiler.storage.shards import Process

MOST = 10


@dataclass
class Instances:
    """Live instances of one class.

    Attributes:
        file: relative to the source root; `line` is the class statement's, a decorator's where it has one.
        dict_bytes: what holds their attributes: `__dict__`s, and from 3.11 on the arrays in their stead.
        total_bytes: the objects and these; not what the attributes refer to.
        has_dict: whether each instance can take new attributes.
        has_slots: whether the class itself declares `__slots__`.
    """

    file: str
    line: int
    name: str
    count: float = 0.0
    dict_bytes: float = 0.0
    total_bytes: float = 0.0
    has_dict: bool = False
    has_slots: bool = False


def find(processes: list[Process], resolver: Resolver) -> list[Instances]:
    """The classes that take most memory; processes that lived at the same time add up."""
    best: dict[tuple[str, str], Instances] = {}
    for moment in moments(processes):
        held: dict[tuple[str, str], Instances] = {}
        for index in moment:
            for row in processes[index].latest.get("instances", ()):
                file, name, line, count, own, attributes, has_dict, has_slots = row
                place = resolver.class_at(processes[index], file, name, line)
                if place is None:
                    continue
                shown, line, name = place
                entry = held.setdefault((shown, name), Instances(shown, line, name, 0, 0, 0, has_dict, has_slots))
                entry.count += count
                entry.dict_bytes += count * attributes
                entry.total_bytes += count * (own + attributes)
        for key, entry in held.items():
            if key not in best or entry.total_bytes > best[key].total_bytes:
                best[key] = entry
    return sorted(best.values(), key=lambda entry: -entry.total_bytes)[:MOST]
