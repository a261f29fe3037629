"""Parse a configuration language into nested lists."""

import pyparsing as pp

value = pp.Forward()
name = pp.Word(pp.alphas, pp.alphanums + "_")
number = pp.Word(pp.nums + ".")
text = pp.QuotedString('"')
pair = pp.Group(name("key") + pp.Suppress("=") + value("value"))
block = pp.Group(pp.Suppress("{") + pp.ZeroOrMore(pair) + pp.Suppress("}"))
items = pp.Group(pp.Suppress("[") + pp.Optional(pp.delimited_list(value)) + pp.Suppress("]"))
value <<= number | text | block | items
source = "\n".join(
    f'section{i} = {{ port = {i} host = "name{i}" list = [1, 2, "x", {{ deep = [4, 5] }}] }}' for i in range(250)
)
for _ in range(9):
    parsed = pp.OneOrMore(pair).parse_string(source, parse_all=True)
    listed = parsed.as_list()
print(len(listed))
