"""Annotations of a genome, as `intervaltree` keeps them: trees are built, queried at points and over ranges, and cut."""

import random

from intervaltree import IntervalTree

rng = random.Random(7)
hits = 0
for chromosome in range(4):
    starts = [rng.randrange(2_000_000) for _ in range(9000)]
    tree = IntervalTree.from_tuples((start, start + rng.randrange(50, 4000), f"gene{n}") for n, start in enumerate(starts))
    for _ in range(2500):
        hits += len(tree.at(rng.randrange(2_000_000)))
    for _ in range(300):
        begin = rng.randrange(2_000_000)
        hits += len(tree.overlap(begin, begin + 5000))
    tree.chop(500_000, 510_000)
print(hits)
