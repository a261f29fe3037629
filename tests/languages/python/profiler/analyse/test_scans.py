"""Walks through containers are found where they are repeated, and nothing is said of a walk that is made once."""

from __future__ import annotations

import ast
import textwrap

import pytest

from profiler.analyse import scans

REPEATED = [
    ("seen", "in seen", "for x in xs:\n    if x not in seen:\n        seen.append(x)"),
    ("self.rows", "in self.rows", "while more():\n    if x in self.rows:\n        n += 1"),
    ("xs", "xs.pop(0)", "while xs:\n    xs.pop(0)"),
    ("xs", "xs.insert(0)", "for y in ys:\n    xs.insert(0, y)"),
    ("xs", "xs.index(…)", "for y in ys:\n    n += xs.index(y)"),
    ("xs", "sum(xs[…])", "for i in range(len(xs)):\n    out.append(sum(xs[:i]))"),
    ("seen", "sorted(seen)", "for x in xs:\n    seen.append(x)\n    best = sorted(seen)[0]"),
    ("text", "text = text[…:]", "while text:\n    text = text[1:]"),
    ("out", "out = out + […]", "for x in xs:\n    out = out + [x]"),
    ("right", "for … in right", "for a in left:\n    for b in right:\n        if a.k == b.k:\n            n += 1"),
    ("xs", "for … in xs", "for i in range(len(xs)):\n    for j in range(i, len(xs)):\n        use(xs[i], xs[j])"),
    ("right", "… for … in right", "for a in left:\n    n += len([b for b in right if b.k == a.k])"),
]
ONCE = [
    "if x in seen:\n    n += 1\nn = sum(xs)",
    "for line in lines:\n    words = line.split()\n    for word in words:\n        n += word == line",
    "for x in xs:\n    total += x\nreturn sorted(xs)",
    "for group in groups:\n    items = list(group)\n    n += max(items)",
    "for x in xs:\n    n += x.pop(1)",
    "for row in rows:\n    for cell in row:\n        n += cell == 1",
    "for a in left:\n    for b in right:\n        use(a, b)",
    "def inner():\n    for y in ys:\n        xs.pop(0)",
]
SEARCHES = [
    ("self.rows", "for row in self.rows:\n    if row.name == name:\n        return row"),
    ("self.rows", "return next((row for row in self.rows if row.name == name), None)"),
    ("self.names", "if name in self.names:\n    return 1"),
]


def function(body):
    """A function with this body."""
    source = "def f(self, xs, ys, name):\n" + textwrap.indent(body, "    ")
    return ast.parse(source).body[0]


@pytest.mark.parametrize(("container", "operation", "body"), REPEATED)
def test_a_walk_in_a_loop(container, operation, body):
    """A walk through a container that a loop does not make anew is repeated by that loop."""
    found = [(scan.container, scan.operation) for scan in scans.find(function(body)) if not scan.by_calls]
    assert (container, operation) in found


@pytest.mark.parametrize("body", ONCE)
def test_a_walk_made_once(body):
    """What is outside of loops, made anew at each turn, or no walk at all, is not repeated."""
    assert [scan for scan in scans.find(function(body)) if not scan.by_calls] == []


@pytest.mark.parametrize(("container", "body"), SEARCHES)
def test_a_search_at_each_call(container, body):
    """Looking for one item in what outlives the call is repeated by the calls."""
    assert [(scan.container, scan.by_calls) for scan in scans.find(function(body))] == [(container, True)]
