"""Store a tree of objects and read it back."""

import jsonpickle


class Node:
    def __init__(self, name, depth):
        self.name = name
        self.tags = {"depth": depth, "odd": depth % 2 == 1}
        self.values = [depth, depth * 2.5, (depth, str(depth))]
        self.children = [Node(f"{name}.{i}", depth - 1) for i in range(3)] if depth else []


tree = Node("root", 8)
text = jsonpickle.encode(tree)
print(len(text), jsonpickle.decode(text).name)
