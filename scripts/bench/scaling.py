"""How often `scaling` names the right law while the machine is busy.

    python scripts/bench/scaling.py [--trials 100] [--load 2]

Each trial takes one of eight functions of known growth, two per law, with an input of its own, and asks for the law as the
verb does. Meanwhile `--load` processes compute and walk through memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [
    str(ROOT / "plugin" / "languages" / "python"),
    str(ROOT / "plugin" / "languages" / "python" / "engine"),
    str(ROOT / "plugin" / "engine"),
    str(Path(__file__).resolve().parent),
]

from codeflash_inside import scaling  # noqa: E402 - found by the path above
from codeflash_python.tools import fitting  # noqa: E402
from codeflash_python.tools import scaling as tool  # noqa: E402

KNOWN = {
    "total": ("n", "[i * 0.5 for i in range(n)]"),
    "words": ("n", "'word and ' * n"),
    "ordered": ("n log n", "[random.random() for _ in range(n)]"),
    "merge_sort": ("n log n", "[random.random() for _ in range(n)]"),
    "pairs": ("n²", "list(range(n))"),
    "unique": ("n²", "list(range(n))"),
    "subsets": ("2ⁿ", None),
    "hanoi": ("2ⁿ", None),
}


def total(items: list[float]) -> float:
    """Linear: one walk."""
    result = 0.0
    for item in items:
        result += item * item
    return result


def words(text: str) -> int:
    """Linear: one pass over a text."""
    return len({word for word in text.split() if word})


def ordered(items: list[float]) -> list[float]:
    """The library's sort on random numbers."""
    return sorted(items)


def merge_sort(items: list[float]) -> list[float]:
    """A sort in the language itself."""
    if len(items) < 2:
        return items
    middle = len(items) // 2
    left, right = merge_sort(items[:middle]), merge_sort(items[middle:])
    out, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if left[i] < right[j]:
            out.append(left[i])
            i += 1
        else:
            out.append(right[j])
            j += 1
    return out + left[i:] + right[j:]


def pairs(items: list[int]) -> int:
    """Every item with every other."""
    return sum(1 for a in items for b in items if a + b == 7)


def unique(items: list[int]) -> list[int]:
    """Each item is looked for in a list."""
    seen: list[int] = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen


def subsets(n: int) -> int:
    """All subsets, by recursion."""
    return 1 if n == 0 else subsets(n - 1) + subsets(n - 1)


def hanoi(n: int, a: int = 0, b: int = 1, c: int = 2) -> int:
    """All moves, by recursion."""
    return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)


def _busy() -> None:
    block = [random.random() for _ in range(400_000)]
    while True:
        until = time.monotonic() + random.random() / 5
        while time.monotonic() < until:
            sum(block)
        time.sleep(random.random() / 10)


def main() -> int:
    """Run the trials and print how many were right, by law."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--load", type=int, default=2)
    arguments = parser.parse_args()
    sys.setrecursionlimit(10_000)
    others = [multiprocessing.Process(target=_busy, daemon=True) for _ in range(arguments.load)]
    for one in others:
        one.start()
    asked, right, unsure = Counter[str](), Counter[str](), 0
    start = time.monotonic()
    for trial in range(arguments.trials):
        name = list(KNOWN)[trial % len(KNOWN)]
        law, expression = KNOWN[name]
        request = {
            "callable": f"scaling:{name}" if __name__ != "__main__" else f"__main__:{name}",
            "input": expression, "sizes": None, "start": 8, "call_s": 0.04, "rounds": 10, "budget_s": 6.0, "memory": False,
        }  # fmt: skip
        found = tool.measure(request, scaling.answer)
        fit = fitting.fit({int(size): values for size, values in found["cpu_s"].items()}, seed=trial)
        asked[law] += 1
        right[law] += fit.law == law
        unsure += fit.sure < fitting.SURE
        if fit.law != law:
            print(
                f"trial {trial}: {name} is {law}, said {fit.law} ({fit.sure:.0%} sure, exponent {fit.exponent:.2f})",
                flush=True,
            )
    for one in others:
        one.terminate()
    for law in asked:
        print(f"{law}: {right[law]} of {asked[law]}")
    spent = (time.monotonic() - start) / arguments.trials
    print(f"{sum(right.values())} of {arguments.trials} right, {unsure} said to be unsure; {spent:.1f} s a trial")
    return 0


if __name__ == "__main__":
    sys.exit(main())
