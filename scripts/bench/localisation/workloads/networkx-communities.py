"""Find the communities of a social network."""

import networkx as nx
from networkx.algorithms.community import greedy_modularity_communities

graph = nx.powerlaw_cluster_graph(420, 4, 0.2, seed=1)
print(len(greedy_modularity_communities(graph)))
