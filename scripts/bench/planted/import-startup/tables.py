"""A module that builds its tables whether they are needed or not."""
import sys

sys.path.insert(0, __file__.rpartition("/")[0])
import tables_data  # noqa


def main():
    print(tables_data.NAMES[3])


main()
