class Page:
    def __init__(self):
        self.text = b""

    def add(self, line):
        self.text += line + b"\n"

    def render(self):
        return self.text


# --- end
page = Page()
for number in range(20_000):
    page.add(b"line %d of the page" % number)
print(len(page.render()))
