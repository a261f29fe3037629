"""A registry that searches its list at each call."""


class Registry:
    def __init__(self):
        self.entries = []

    def get(self, name):
        for entry in self.entries:
            if entry[0] == name:
                return entry
        return None

    def add(self, name):
        if self.get(name) is None:
            self.entries.append((name, len(name)))


def main():
    registry = Registry()
    for number in range(5000):
        registry.add(f"name{number}")
    print(len(registry.entries))


main()
