"""`asv`: modules of `time_*` and `track_*` functions and classes, as asv's documentation describes them."""

from __future__ import annotations

import argparse
import functools
import importlib
import itertools
import os
import re
import sys
import traceback

from codeflash_bench import timing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType
    from typing import Any

KINDS = ("time_", "track_")
MOST = 20  # benchmarks with lines of their own; of more, the sums


class Benchmark:
    """One function with one combination of its parameters."""

    def __init__(self, name: str, function: Callable[..., Any], places: list[Any], given: tuple[Any, ...]) -> None:
        """Take `function`, which stands in the last of `places` (its module, then its class), and its parameters."""
        shown = ",".join(re.sub(r" at 0x[0-9a-f]+", "", str(one)) for one in given)
        self.name = name + (f"({shown})" if given else "")
        self.tracks = name.rpartition(".")[2].startswith("track_")
        self.unit = str(getattr(function, "unit", ""))
        self.number = int(getattr(function, "number", 0) or getattr(places[-1], "number", 0) or 0)
        self._function = function
        self._cache = getattr(places[-1], "setup_cache", None) if len(places) > 1 else None
        self._given = given
        self._setups = [place.setup for place in places if hasattr(place, "setup")]
        self._teardowns = [place.teardown for place in reversed(places) if hasattr(place, "teardown")]

    def setup(self) -> bool:
        """Run what must be there before; False where it says that this combination does not apply."""
        if self._cache is not None:
            self._given, self._cache = (self._cache(), *self._given), None
        try:
            for function in self._setups:
                function(*self._given[: _accepts(function)])
        except NotImplementedError:
            return False
        return True

    def bound(self) -> Callable[[], Any]:
        """The function with what it is given, once `setup` ran."""
        return functools.partial(self._function, *self._given)

    def teardown(self) -> None:
        """Clear up."""
        for function in self._teardowns:
            function(*self._given[: _accepts(function)])


def _accepts(function: Callable[..., Any]) -> int:
    import inspect  # noqa: PLC0415

    kinds = [parameter.kind for parameter in inspect.signature(function).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return sys.maxsize
    return sum(kind is not inspect.Parameter.KEYWORD_ONLY for kind in kinds)


def run(arguments: list[str]) -> int:
    """Run what the files hold; exit status 1 when one fails or none is found."""
    parser = argparse.ArgumentParser(prog="python -m codeflash_bench asv", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="FILE", help="benchmark modules, or folders of them")
    parser.add_argument("-b", "--bench", metavar="REGEX", default="", help="only those whose name this is found in")
    options = parser.parse_args(arguments)
    try:
        found = [one for path in options.paths for one in discover(path) if re.search(options.bench, one.name)]
    except OSError as error:
        sys.stderr.write(f"codeflash_bench: {error}\n")
        return 1
    results = [_guarded(one) for one in found]
    figures = [figure for result in results for figure in result or ()]
    if len(figures) > MOST:
        print(f"{len(figures)} benchmarks ran; -b REGEX shows each of up to {MOST}")
        timing.report("all", sum(cold for _, cold, _ in figures), sum(warm for _, _, warm in figures))
    else:
        for name, cold, warm in figures:
            timing.report(name, cold, warm)
    if not found:
        sys.stderr.write("codeflash_bench: no time_* or track_* function was found there\n")
    return 1 if None in results or not found else 0


def _guarded(one: Benchmark) -> list[tuple[str, float, float]] | None:
    """The figures of one benchmark, None where it failed."""
    try:
        return _time(one)
    except Exception:  # noqa: BLE001 - the benchmark's own failure, whatever it is
        sys.stderr.write(f"codeflash_bench: {one.name} failed\n{traceback.format_exc()}")
        return None


def _time(one: Benchmark) -> list[tuple[str, float, float]]:
    """Name, cold and warm seconds of one benchmark; none for one that does not apply or tracks something else."""
    if not one.setup():
        return []
    try:
        if one.tracks:
            amount = one.bound()()
            if isinstance(amount, (int, float)) and amount == amount:  # noqa: PLR0124 - not a number
                timing.metric(one.name, float(amount), one.unit)
            return []

        prepared = True

        def prepare() -> None:
            """As asv does before each repeat; for the first it was done above."""
            nonlocal prepared
            if not prepared:
                one.teardown()
                one.setup()
            prepared = False

        return [(one.name, *timing.cold_and_warm(one.bound(), prepare, number=one.number))]
    finally:
        one.teardown()


def discover(path: str) -> Iterator[Benchmark]:
    """The benchmarks of a module or of all modules of a folder, in order of their names."""
    if os.path.isdir(path):  # noqa: PTH112
        for entry in sorted(os.listdir(path)):  # noqa: PTH208
            if entry.endswith(".py") and not entry.startswith("_"):
                yield from discover(os.path.join(path, entry))  # noqa: PTH118
        return
    if not os.path.isfile(path):  # noqa: PTH113
        raise FileNotFoundError(f"{path} is not there")
    module = _import(path)
    for name, value in sorted(vars(module).items()):
        if getattr(value, "__module__", None) != module.__name__:
            continue
        if isinstance(value, type):
            methods = [method for method in sorted(dir(value)) if method.startswith(KINDS)]
            for method in methods:
                owner = value()
                prefix = f"{module.__name__.rpartition('.')[2]}.{name}.{method}"
                yield from _combined(prefix, getattr(owner, method), [module, owner])
        elif callable(value) and name.startswith(KINDS):
            yield from _combined(f"{module.__name__.rpartition('.')[2]}.{name}", value, [module])


def _combined(name: str, function: Callable[..., Any], places: list[Any]) -> Iterator[Benchmark]:
    """One benchmark for each combination of parameters."""
    owner = places[1] if len(places) > 1 else None
    params = getattr(function, "params", None) or getattr(owner, "params", None) or []
    if params and not all(isinstance(one, (list, tuple)) for one in params):
        params = [params]
    for given in itertools.product(*params):
        yield Benchmark(name, function, places, given)


def _import(path: str) -> ModuleType:
    """Import a file as asv does: as part of its package, whose parent folder is on the path."""
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
    parts = [name[: -len(".py")]]
    while os.path.isfile(os.path.join(folder, "__init__.py")):  # noqa: PTH113, PTH118
        folder, last = os.path.split(folder)
        parts.insert(0, last)
        if re.match("bench|asv", last):  # asv's own root, though the folder above may be a package, too
            break
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(".".join(parts))
