import re
from functools import lru_cache


@lru_cache(maxsize=None)
def pattern(n):
    return re.compile(rf"(?i)(?P<key{n}>[a-z_]{{1,{n + 2}}})\s*=\s*(?P<value{n}>'[^']*'|\d+(?:\.\d+)?)")


def find(number, text):
    return pattern(number).search(text)


# --- end
print(find(3, "abc = 12")[0])
