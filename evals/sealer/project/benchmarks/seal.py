"""A dithered scan and a few small files, sealed and verified; prints a digest of the vault."""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sealer.vault import seal, verify

SMALL = 5
SIZE = 350_000


def main() -> None:
    seed = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 4
    chance = random.Random(seed)
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory() as place:
        folder, vault = Path(place) / "letters", Path(place) / "vault"
        folder.mkdir()
        # A dithered scan: two levels, without order.
        bits = bin(chance.getrandbits(SIZE))[2:]
        (folder / "scan.pbm").write_text(bits, encoding="ascii")
        for number in range(SMALL):
            (folder / f"{number:03}.pbm").write_text(bits[number * 500 : number * 700], encoding="ascii")
        seal(folder, vault)
        digest.update("\n".join(verify(vault)).encode())
        for path in sorted(vault.iterdir()):
            digest.update(path.read_bytes())
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
