"""Format a module with a large table of strings, string processing on."""

import black

rows = "".join(
    f"    'key {i}': 'a rather long value number {i} that goes on' ' and on, until the line is too long',\n"
    for i in range(60)
)
source = "TABLE = {\n" + rows + "}\n\ndef f(a,b):\n    return [a,b, 'x' 'y']\n"
print(len(black.format_str(source, mode=black.Mode(preview=True))))
