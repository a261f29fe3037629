"""An undo history that keeps a whole copy of the document for each step."""
from copy import deepcopy


class Document:
    def __init__(self):
        self.lines = [[f"line {n}", n] for n in range(2000)]
        self.history = []

    def edit(self, number):
        self.history.append(deepcopy(self.lines))
        self.lines[number][0] = "changed"


def main():
    document = Document()
    for number in range(60):
        document.edit(number)
    print(len(document.history))


main()
