import re
from functools import lru_cache


FORM = r"(?i)(?P<key{n}>[a-z_]{{1,{most}}})\s*=\s*(?P<value{n}>'[^']*'|\d+(?:\.\d+)?)"


@lru_cache(maxsize=None)
def pattern(n):
    return re.compile(FORM.format(n=n, most=n + 2))


def find(number, text):
    return pattern(number).search(text)


# --- end
print(find(3, "abc = 12")[0])
