"""Paths of a file tree in a `StringTrie`: inserted, looked up by prefix, and listed folder by folder."""

import random

import pygtrie

rng = random.Random(3)
trie = pygtrie.StringTrie()
folders = [f"srv/{a}/{b}/{c}" for a in "abcdefgh" for b in range(12) for c in range(6)]
for n in range(9000):
    trie[f"{rng.choice(folders)}/file{n}.txt"] = n
total = 0
for folder in folders:
    if trie.has_subtrie(folder):
        total += sum(trie.itervalues(prefix=folder))
for _ in range(6):
    total += len(trie.keys()) + sum(1 for _ in trie.iteritems())
for n in range(4000):
    match = trie.longest_prefix(f"{rng.choice(folders)}/file{n}.txt/more")
    total += bool(match)
print(total)
