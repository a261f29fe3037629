"""The index of a generated code base, and some renames in it; prints a digest of both."""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from docindex.index import build
from docindex.inventory import to_json
from docindex.rename import rename

MODULES = 24
RENAMES = 3
NAMES = "alpha beta gamma delta order price region total rate index parse write check build merge".split()


def module(number: int, chance: random.Random) -> str:
    """The text of one module."""
    lines = [f'"""Module {number}."""', "import json", "from collections import deque", f"from pkg import mod_{number // 2}", ""]
    for place in range(5):
        name = f"{chance.choice(NAMES)}_{place}"
        lines += [f"class {name.title().replace('_', '')}:", f'    """The {name}."""', ""]
        for method in range(4):
            words = ", ".join(chance.sample(NAMES, 2))
            lines += [
                f"    @{chance.choice(['staticmethod', 'wraps(print)'])}",
                f"    def {chance.choice(NAMES)}_{method}({words}, *rest, **options):",
                f'        """Does {chance.choice(NAMES)}.\n\n        And more.\n        """',
                f"        values = [x * {place} + len(rest) for x in range({method}) if x not in options]",
                f"        return {{'{chance.choice(NAMES)}': values, 'total': sum(values) / (1 + len(values))}}",
                "",
            ]
    lines += [f"async def run_{number}(items):", "    return [await item for item in items]", ""]
    return "\n".join(lines)


def main() -> None:
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 11
    chance = random.Random(seed)
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "pkg"
        package.mkdir()
        texts = [module(number, chance) for number in range(MODULES)]
        for number, text in enumerate(texts):
            (package / f"mod_{number}.py").write_text(text, encoding="utf-8")
        digest.update(to_json(build(Path(folder))).encode())
        for number in range(RENAMES):
            digest.update(rename(texts[number], f"run_{number}", "started").encode())
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
