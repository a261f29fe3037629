class Scale:
    def __init__(self, factor):
        self.factor = factor

    def all(self, values):
        found = []
        append, factor = found.append, self.factor
        for value in values:
            append(value * factor)
        return found


# --- end
print(sum(Scale(3).all(range(1_500_000))))
