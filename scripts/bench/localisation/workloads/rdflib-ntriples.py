"""Load triples."""

import io

from rdflib import Graph

lines = "".join(
    f'<http://example.org/s{i}> <http://example.org/p{i % 9}> "value {i} \\u00e9"@en .\n<http://example.org/s{i}> <http://example.org/knows> <http://example.org/s{i * 7 % 5000}> .\n'
    for i in range(9000)
)
graph = Graph()
graph.parse(io.StringIO(lines), format="nt")
print(len(graph))
