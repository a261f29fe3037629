import re

FORM = r"(?i)(?P<key{n}>[a-z_]{{1,{most}}})\s*=\s*(?P<value{n}>'[^']*'|\d+(?:\.\d+)?)"
PATTERNS = [re.compile(FORM.format(n=n, most=n + 2)) for n in range(60)]


def find(number, text):
    return PATTERNS[number].search(text)


# --- end
print(find(3, "abc = 12")[0])
