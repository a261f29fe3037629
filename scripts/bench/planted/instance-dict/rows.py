"""Rows of a file as plain data classes."""
from dataclasses import dataclass


@dataclass
class Row:
    name: str
    price: float
    amount: int


def load(count):
    return [Row("item", n * 0.5, n) for n in range(count)]


def total(rows):
    return sum(row.price * row.amount for row in rows)


def main():
    print(total(load(150_000)))


main()
