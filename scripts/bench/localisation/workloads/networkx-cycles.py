"""List the feedback loops of a network of influences."""

import networkx as nx

graph = nx.gnp_random_graph(15, 0.30, seed=2, directed=True)
print(sum(1 for _ in nx.simple_cycles(graph)))
