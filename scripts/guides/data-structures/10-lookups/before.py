class Scale:
    def __init__(self, factor):
        self.factor = factor

    def all(self, values):
        found = []
        for value in values:
            found.append(value * self.factor)
        return found


# --- end
print(sum(Scale(3).all(range(1_500_000))))
