"""Simplify the long filters that a search form generates."""

from sqlglot import parse_one
from sqlglot.optimizer.simplify import simplify

terms = " OR ".join(f"(a = {i} AND b > {i % 7} AND c LIKE 'x{i}%')" for i in range(90))
text = f"SELECT a, b, c FROM t JOIN u ON t.id = u.id WHERE ({terms}) AND d <> 0"
for _ in range(8):
    result = simplify(parse_one(text)).sql()
print(len(result))
