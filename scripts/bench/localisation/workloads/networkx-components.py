"""Watch a network fall apart: components as links fail, from the densest to the sparsest state."""

import networkx as nx

graph = nx.gnm_random_graph(900, 40000, seed=1)
for edge in list(graph.edges)[::300]:
    graph.remove_edge(*edge)
    sizes = [len(part) for part in nx.connected_components(graph)]
    if not nx.is_connected(graph):
        sizes.sort()
print(sizes[-1])
