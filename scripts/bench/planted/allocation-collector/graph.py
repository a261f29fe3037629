"""An adjacency list of sets and tuples, built anew for every query."""


def build(nodes):
    edges = {}
    for node in range(nodes):
        edges[node] = [[node, other] for other in (node - 1, node + 1, node * 2)]
    return edges


def query(edges):
    return sum(len(targets) for targets in edges.values())


def main():
    graphs = [build(60_000) for _ in range(5)]
    print(sum(query(graph) for graph in graphs))


main()
