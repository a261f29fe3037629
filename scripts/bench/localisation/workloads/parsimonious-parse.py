"""Parse settings with nested lists by a grammar, and read them with a visitor."""

from parsimonious.grammar import Grammar
from parsimonious.nodes import NodeVisitor

grammar = Grammar(
    r"""
    file = line*
    line = name ws "=" ws value ws newline
    value = list / text / number
    list = "[" ws (value ws ","? ws)* "]"
    text = "\"" ~r"[^\"]*" "\""
    number = ~r"-?[0-9]+(\.[0-9]+)?"
    name = ~r"[a-z_][a-z0-9_.]*"
    ws = ~r"[ \t]*"
    newline = ~r"\n+"
    """
)


class Count(NodeVisitor):
    """Counts the numbers."""

    def __init__(self):
        self.numbers = 0

    def visit_number(self, node, visited):
        """One more."""
        self.numbers += 1

    def generic_visit(self, node, visited):
        """Nothing of interest."""


settings = "".join(f'server.{n} = [{n}, "host-{n}", [1, 2.5, -{n}], "x"]\nname_{n} = "value {n}"\n' for n in range(60))
for _ in range(40):
    count = Count()
    count.visit(grammar.parse(settings))
print(count.numbers)
