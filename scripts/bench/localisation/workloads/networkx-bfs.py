"""Measure how far news travels: breadth-first trees from many sources."""

import networkx as nx

graph = nx.barabasi_albert_graph(3000, 3, seed=1)
for source in range(0, 3000, 100):
    tree = nx.bfs_tree(graph, source)
    layers = list(nx.bfs_edges(graph, source, depth_limit=4))
print(len(tree), len(layers))
