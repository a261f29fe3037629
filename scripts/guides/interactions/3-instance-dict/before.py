class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def work():
    points = [Point(n, n + 1) for n in range(150_000)]
    return sum(point.x + point.y for point in points)


# --- end
print(work())
