"""The cells of a sheet, made one by one and kept by address."""


class Cell:
    def __init__(self, row, column, value):
        self.row = row
        self.column = column
        self.value = value
        self.style = None


def sheet(rows, columns):
    return {(row, column): Cell(row, column, row * column) for row in range(rows) for column in range(columns)}


def main():
    cells = sheet(500, 250)
    print(sum(cell.value for cell in cells.values()))


main()
