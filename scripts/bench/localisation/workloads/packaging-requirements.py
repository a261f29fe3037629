"""Read the requirements of a large environment, as a resolver does for every distribution's metadata."""

from packaging.requirements import Requirement

LINES = [
    'requests[security,socks]>=2.8.1,==2.8.* ; python_version < "3.9" and sys_platform == "linux"',
    "numpy>=1.21,<3",
    'typing-extensions>=4.0; python_version < "3.11" or (extra == "all" and platform_system != "Windows")',
    "name @ https://example.org/name-1.0.zip",
    "importlib-metadata~=4.4",
]
for _ in range(3000):
    for line in LINES:
        str(Requirement(line))
