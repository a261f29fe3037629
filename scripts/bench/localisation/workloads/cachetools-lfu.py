"""Serve requests of uneven popularity from a cache that keeps the most used."""

import random

from cachetools import LFUCache, cached

random.seed(3)


@cached(LFUCache(maxsize=1200))
def render(page):
    return f"<h1>{page}</h1>"


for _ in range(250000):
    render(int(random.paretovariate(0.6)) % 20000)
print(len(render.cache) if getattr(render, "cache", None) else "")
