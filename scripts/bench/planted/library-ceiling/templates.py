"""A template language for one substitution."""
import jinja2


def greet(name):
    return jinja2.Template("Hello {{ name }}!").render(name=name)


def main():
    print(len([greet(str(number)) for number in range(300)]))


main()
