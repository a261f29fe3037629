"""Where the project's own code is found, for the layouts that projects have."""

from __future__ import annotations

import pytest

from codeflash_python.detect import metadata
from codeflash_python.detect.layout import find_layout

from .conftest import write

CASES = {
    "flat": (
        ["orders/__init__.py", "tests/__init__.py", "tests/test_a.py", "setup.py", "docs/conf.py"],
        "",
        "orders",
        ["."],
        ["orders"],
    ),
    "src": (["src/orders/__init__.py", "tests/test_a.py"], "", "src", ["src"], ["orders"]),
    "src with a module": (["src/orders.py"], "", "src", ["src"], ["orders"]),
    "two flat packages": (["a/__init__.py", "b/__init__.py", "scripts/x.py"], "", ".", ["."], ["a", "b"]),
    "single module": (["orders.py", "setup.py", "test_orders.py"], "", ".", ["."], ["orders"]),
    "namespace in src": (["src/acme/orders/__init__.py"], "", "src", ["src"], ["acme.orders"]),
    "flat namespace": (
        ["acme/orders/__init__.py", "tools/x.py"],
        '[project]\nname="acme-orders"',
        "acme",
        ["."],
        ["acme.orders"],
    ),
    "lib folder": (["lib/orders/__init__.py", "test/test_a.py"], "", "lib", ["lib"], ["orders"]),
    "declared folder": (
        ["code/orders/__init__.py", "other/__init__.py"],
        '[tool.setuptools.packages.find]\nwhere=["code"]',
        "code",
        ["code"],
        ["orders"],
    ),
    "hatch packages": (
        ["src/orders/__init__.py"],
        '[tool.hatch.build.targets.wheel]\npackages=["src/orders"]',
        "src",
        ["src"],
        ["orders"],
    ),
    "package with an unlucky name": (["tools/__init__.py"], '[project]\nname="tools"', "tools", ["."], ["tools"]),
    "workspace": (
        [
            "src/app/__init__.py",
            "libs/a/pyproject.toml",
            "libs/a/src/a/__init__.py",
            "libs/b/pyproject.toml",
            "libs/b/b/__init__.py",
        ],
        '[tool.uv.workspace]\nmembers=["libs/*"]',
        ".",
        ["src", "libs/a/src", "libs/b"],
        ["app", "a", "b"],
    ),
    "nothing": (["docs/conf.py"], "", ".", ["."], []),
}


@pytest.mark.parametrize("name", CASES)
def test_layout(tmp_path, name):
    """Each layout gives its source root, its import roots and its packages."""
    files, pyproject, root, roots, packages = CASES[name]
    write(tmp_path, {"pyproject.toml": pyproject})
    found = find_layout(files, metadata.read(tmp_path, files))
    assert (found.source_root, found.import_roots, found.packages) == (root, roots, packages)


def test_setup_cfg_package_dir(tmp_path):
    """`package_dir` of setup.cfg names the source root."""
    write(tmp_path, {"setup.cfg": "[options]\npackage_dir =\n    =python\n"})
    files = ["python/orders/__init__.py", "setup.cfg"]
    assert find_layout(files, metadata.read(tmp_path, files)).source_root == "python"


def test_setup_py_is_read_and_never_run(tmp_path):
    """Literal arguments of setup() are understood and the file is not executed."""
    ran = tmp_path / "ran"
    text = f"open({str(ran)!r}, 'w')\nfrom setuptools import setup\nsetup(name='o', package_dir={{'': 'code'}}, install_requires=['foo>1'])\n"
    write(tmp_path, {"setup.py": text})
    declared = metadata.read(tmp_path, ["setup.py"])
    assert find_layout(["code/o/__init__.py", "setup.py"], declared).source_root == "code"
    assert [one.name for one in declared.runtime] == ["foo"]
    assert not ran.exists()
