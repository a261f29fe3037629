"""Inputs that replacements of libraries get wrong, written out, and others that are generated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WRITTEN = (
    ("empty", ""), ("newline", "\n"), ("spaces", "   "), ("no newline at the end", "x = 1"), ("carriage returns", "x = 1\r\ny = 2\r\n"),
    ("form feed", "\fx = 1\n"), ("byte order mark", "\ufeffx = 1\n"), ("null", "x = 1\0\n"), ("syntax error", "def f(:\n    pass\n"),
    ("open bracket", "x = (1,\n"), ("bad indent", "if x:\n  a\n b\n"), ("tabs", "if x:\n\ta\n\tb\n"),
    ("decorators", "@a.b(c)\n@d\ndef f(x, /, y=1, *a, z, **k) -> int: ...\n"), ("async", "async def f():\n    async with a as b:\n        await c\n    async for d in e: yield d\n"),
    ("walrus", "if (n := len(a)) > 1: print(n)\n"),
    ("match", "match x:\n    case {'a': [1, *rest], **kw} if rest: pass\n    case A(b=1) | None: pass\n    case _: pass\n"),
    ("star import", "from a import *\nfrom . import b\nfrom .. import c as d\nfrom .e.f import (g, h as i,)\n"),
    ("all", "__all__ = ['a', 'b']\n__all__ += ['c']\n__all__.extend(d.__all__)\n"),
    ("conditional import", "try:\n    import a\nexcept ImportError:\n    a = None\nif TYPE_CHECKING:\n    import b.c\n"),
    ("encoding declaration", "# -*- coding: latin-1 -*-\nx = '\u00e9'\n"), ("wrong encoding declaration", "# coding: nonsense\nx = 1\n"),
    ("future", "from __future__ import annotations\n"), ("print statement", "print 'x'\n"), ("except star", "try: pass\nexcept* A: pass\n"),
    ("type statement", "type A[T] = list[T]\ndef f[T: int](x: T): ...\n"), ("nested f-string", "f'{x!r:>{w}} {f\"{y}\"}'\n"),
    ("non-latin names", "\u00e9t\u00e9 = '\u65e5\u672c'\nclass \u039a: pass\n"), ("surrogate", "x = '\\ud800'\n"), ("docstrings", "'''m'''\nclass A:\n    'c'\n    def f(self):\n        r'd'\n"),
    ("continued line", "x = 1 + \\\n    2\n"), ("semicolons", "a = 1; b = 2;\n"), ("comments only", "# a\n\n# b\n"), ("lambda", "f = lambda *a, b=1, **k: (yield)\n"),
    ("deep nesting", "x = " + "(" * 60 + ")" * 60 + "\n"), ("long line", "x = [" + "1, " * 3000 + "]\n"),
    ("version", "1.0"), ("version epoch", "1!2.0.post1.dev3+local.7"), ("version pre", "v1.0-RC.1"), ("versions", ">=1.0,<2,!=1.5.*"),
    ("requirement", "a[b,c] >= 1.0 ; python_version < '3.9' and extra == 'd'"), ("date", "2024-02-29T23:59:60+05:30"), ("number", "-1_000.5e-3"), ("nan", "NaN"),
)  # fmt: skip


def generated(samples: Sequence[str], most: int, seed: int = 0) -> list[tuple[str, str]]:
    """Texts from hypothesis: arbitrary ones, and lines of the samples in other orders, cut and joined."""
    import hypothesis  # noqa: PLC0415 - a third of a second, for this verb only
    from hypothesis import strategies  # noqa: PLC0415

    lines = sorted({line for text in samples for line in text.splitlines()[:400]})[:4000]
    arbitrary = strategies.text(max_size=40)
    mixed = strategies.lists(strategies.sampled_from(lines), max_size=6).map("\n".join) if lines else arbitrary
    found: dict[str, None] = {}

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=most, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
    )
    @hypothesis.given(strategies.one_of(arbitrary, mixed))
    def collect(text: str) -> None:
        found.setdefault(text)

    collect()
    return [(f"generated {number}", text) for number, text in enumerate(found)]
