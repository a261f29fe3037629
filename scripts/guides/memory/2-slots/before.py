class Sample:
    def __init__(self, time, value, quality):
        self.time = time
        self.value = value
        self.quality = quality


# --- end
kept = [Sample(n, n % 7, None) for n in range(200_000)]
print(sum(sample.value for sample in kept))
