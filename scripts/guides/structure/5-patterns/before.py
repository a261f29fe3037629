import re

PATTERNS = [re.compile(rf"(?i)(?P<key{n}>[a-z_]{{1,{n + 2}}})\s*=\s*(?P<value{n}>'[^']*'|\d+(?:\.\d+)?)") for n in range(60)]


def find(number, text):
    return PATTERNS[number].search(text)


# --- end
print(find(3, "abc = 12")[0])
