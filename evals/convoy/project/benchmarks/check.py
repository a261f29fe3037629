"""Generated manuscripts, all checked; prints a digest of the report."""

from __future__ import annotations

import hashlib
import os
import random
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))
os.environ["PYTHONPATH"] = str(TOP)

from convoy.report import to_json
from convoy.runner import check_all

MANUSCRIPTS = 14
WORDS = 3000
LIST = 5000


def main() -> None:
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 5
    chance = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(LIST)]
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number in range(MANUSCRIPTS):
            text = []
            for place in range(WORDS // 10):
                word = chance.choice(words) if chance.random() < 0.97 else "".join(chance.choices(letters, k=6))
                text += [word] if chance.random() < 0.97 else [word, word]
                if place % chance.randint(6, 50) == 0:
                    text[-1] += "."
            path = Path(folder) / f"{number}.txt"
            path.write_text(" ".join(text), encoding="utf-8")
            paths.append(path)
        report = to_json(check_all(paths, words)).replace(folder, "")
    print(hashlib.sha256(report.encode()).hexdigest())


if __name__ == "__main__":
    main()
