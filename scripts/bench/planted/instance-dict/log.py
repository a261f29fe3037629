"""Log entries that live in a cache, with a subclass."""


class Entry:
    def __init__(self, level, message):
        self.level = level
        self.message = message


class Timed(Entry):
    def __init__(self, level, message, at):
        super().__init__(level, message)
        self.at = at


def collect(count):
    return [Timed(n % 5, "message", n) for n in range(count)]


def main():
    entries = collect(150_000)
    print(len([entry for entry in entries if entry.level == 3]))


main()
