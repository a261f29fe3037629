class Page:
    def __init__(self):
        self.parts = []

    def add(self, line):
        self.parts += (line, b"\n")

    def render(self):
        return b"".join(self.parts)


# --- end
page = Page()
for number in range(20_000):
    page.add(b"line %d of the page" % number)
print(len(page.render()))
