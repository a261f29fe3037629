"""Seal a folder, or verify a vault."""

from __future__ import annotations

import argparse
from pathlib import Path

from sealer.vault import VaultError, seal, verify


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="sealer", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    sealing = verbs.add_parser("seal")
    sealing.add_argument("folder", type=Path)
    sealing.add_argument("vault", type=Path)
    verifying = verbs.add_parser("verify")
    verifying.add_argument("vault", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.verb == "seal":
            print(f"{len(seal(chosen.folder, chosen.vault))} files sealed")
            return 0
        problems = verify(chosen.vault)
    except VaultError as error:
        parser.exit(2, f"sealer: {error}\n")
    for problem in problems:
        print(problem)
    print("broken" if problems else "whole")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
