"""Patterns compiled at import, hundreds of them, of which one is used."""
import sys

sys.path.insert(0, __file__.rpartition("/")[0])
import compile_patterns


def main():
    print(bool(compile_patterns.PATTERNS[7].match("word7")))


main()
