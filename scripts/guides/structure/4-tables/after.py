from functools import cache


@cache
def squares():
    return {n: (n * n, str(n * n)) for n in range(150_000)}


def lookup(number):
    return squares()[number]


def version():
    return "1.0"


# --- end
print(version())
