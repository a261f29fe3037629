"""A parser of any date for dates of one form."""
from dateutil import parser


def day(text):
    return parser.parse(text).day


def main():
    print(sum(day(f"2024-03-{number % 28 + 1:02d}T10:11:12") for number in range(6000)))


main()
