"""Keyword defaults protected by a copy at each call."""
import copy

OPTIONS = {"limits": list(range(50)), "names": {str(n): n for n in range(50)}}


def options(**changes):
    merged = copy.deepcopy(OPTIONS)
    merged.update(changes)
    return merged


def work(number):
    return len(options(number=number)["limits"])


def main():
    print(sum(work(number) for number in range(5000)))


main()
