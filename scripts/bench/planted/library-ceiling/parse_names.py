"""A whole syntax tree library to find the names of functions."""
import parso


def names(source):
    return [node.name.value for node in parso.parse(source).iter_funcdefs()]


def main():
    source = "\n".join(f"def function{number}(argument):\n    return argument + {number}\n" for number in range(400))
    print(len(names(source)))


main()
