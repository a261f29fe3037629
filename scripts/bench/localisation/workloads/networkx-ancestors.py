"""Find the lowest common ancestors in an organisation's reporting lines."""

import importlib.machinery  # noqa: F401 - which networkx 2.7 expects to be there

import networkx as nx

graph = nx.DiGraph(
    (parent, child) for child in range(1, 420) for parent in {(child - 1) // 3, child // 4} if parent != child
)
print(sum(1 for _ in nx.all_pairs_lowest_common_ancestor(graph)))
