"""A graph with an object for each edge."""


class Edge:
    def __init__(self, source, target, weight):
        self.source, self.target, self.weight = source, target, weight


class Graph:
    def __init__(self, size):
        self.edges = {}
        for source in range(size):
            self.edges[source] = [Edge(source, target, 1.0) for target in range(source, source + 10)]

    def weight(self):
        return sum(edge.weight for edges in self.edges.values() for edge in edges)


def main():
    print(Graph(20_000).weight())


main()
