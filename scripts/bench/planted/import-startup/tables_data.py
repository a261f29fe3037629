"""Tables."""
NAMES = [str(number) for number in range(300_000)]
SQUARES = {number: number * number for number in range(300_000)}
