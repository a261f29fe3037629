"""A pattern translated for each name that is tested with it."""


def translate(pattern):
    parts = []
    for character in pattern * 20:
        parts.append(".*" if character == "*" else "." if character == "?" else "\\" + character)
    return "".join(parts)


def matches(name, pattern):
    return len(name) < len(translate(pattern))


def main():
    patterns = ["*.py", "test_*.txt", "??.md"]
    print(sum(matches(f"name{number}", pattern) for number in range(8000) for pattern in patterns))


main()
