SQUARES = {n: (n * n, str(n * n)) for n in range(150_000)}


def lookup(number):
    return SQUARES[number]


def version():
    return "1.0"


# --- end
print(version())
