"""Sort the versions of an index by release."""

from packaging.version import Version

NAMES = [f"{a}.{b}.{c}" for a in range(10) for b in range(20) for c in range(12)]
NAMES += [
    f"{a}.{b}{kind}{n}"
    for a in range(6)
    for b in range(6)
    for kind in ("a", "b", "rc", ".post", ".dev")
    for n in (1, 2)
]
for _ in range(150):
    ordered = sorted(map(Version, NAMES))
print(ordered[-1])
