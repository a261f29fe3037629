"""Half a million points, each with a dictionary of its own."""


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def far(self):
        return self.x + self.y > 100


def main():
    points = [Point(n, n) for n in range(200_000)]
    print(sum(point.far() for point in points))


main()
