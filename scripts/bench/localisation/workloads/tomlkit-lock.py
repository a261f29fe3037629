"""Read a lock file."""

import tomlkit

PACKAGE = """
[[package]]
name = "package-{0}"
version = "1.{0}.0"
description = "The description of a package"
optional = false
python-versions = ">=3.8"
files = [
    {{file = "package_{0}-1.0-py3-none-any.whl", hash = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef"}},
    {{file = "package_{0}-1.0.tar.gz", hash = "sha256:fedcba9876543210fedcba9876543210fedcba9876543210"}},
]

[package.dependencies]
other = {{version = ">=1.0", markers = "python_version < '3.11'"}}
third = "*"
"""
document = tomlkit.parse("".join(PACKAGE.format(i) for i in range(400)))
print(len(document["package"]), len(tomlkit.dumps(document)))
