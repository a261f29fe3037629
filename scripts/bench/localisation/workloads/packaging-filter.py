"""Choose the versions that a set of specifiers admits, as a resolver does for every candidate of an index page."""

from packaging.specifiers import SpecifierSet

VERSIONS = [f"{major}.{minor}.{micro}" for major in range(4) for minor in range(12) for micro in range(6)]
VERSIONS += [f"{major}.0.{kind}1" for major in range(4) for kind in ("dev", "a", "b", "rc", "post")]
found = 0
for text in (">=1.2,<3", "~=2.4,!=2.5.*", "==1.*", ">2.0.1,<=3.7,!=3.1.2", ">=0.9.dev1"):
    for _ in range(40):
        found += len(list(SpecifierSet(text).filter(VERSIONS)))
print(found)
