"""Events that refer to their predecessor: garbage in cycles while a large state lives."""


def state():
    return [[index, {}] for index in range(300_000)]


def handle(count):
    before = None
    for number in range(count):
        event = {"number": number, "before": None}
        event["self"] = [event]
        before = event
    return before


def main():
    kept = state()
    handle(400_000)
    print(len(kept))


main()
