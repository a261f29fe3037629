"""What of a library is used is found however the name came to where it is used."""

from __future__ import annotations

import ast

import pytest

from codeflash_inside.library import Project, top_names


def used(sources, tops=("lib",)):
    """(name, how) of every use in modules that are given by name."""
    project = Project(set(tops))
    for module, source in sources.items():
        project.add(module, f"{module.replace('.', '/')}{'/__init__' if module == 'p' else ''}.py", ast.parse(source))
    return {(use.name, use.how) for use in project.uses()}


@pytest.mark.parametrize(
    ("sources", "name", "how"),
    [
        ({"m": "import lib\nlib.parse(1)"}, "lib.parse", "call"),
        ({"m": "import lib.deep as d\nd.parse(1)"}, "lib.deep.parse", "call"),
        ({"m": "from lib import parse as p\np(1)"}, "lib.parse", "call"),
        ({"m": "import lib\nq = lib.parse\ndef f():\n    return q(1)"}, "lib.parse", "call"),
        ({"p": "from lib import parse", "m": "from p import parse\nparse(1)"}, "lib.parse", "call"),
        ({"p": "from .a import go", "p.a": "from lib import parse as go", "m": "from p import go\ngo(1)"}, "lib.parse", "call"),
        ({"p": "", "p.a": "import lib", "m": "from p import a\na.lib.parse(1)"}, "lib.parse", "call"),
        ({"m": "import lib\nlib.parse(1).body.walk()"}, "lib.parse().body.walk", "call"),
        ({"m": "import lib\ndef f():\n    t = lib.parse(1)\n    return t.names"}, "lib.parse().names", "reference"),
        ({"m": "import lib\nclass V(lib.Visitor):\n    def visit_Name(self, n): ..."}, "lib.Visitor", "subclass"),
        ({"m": "import lib\nclass V(lib.Visitor):\n    def visit_Name(self, n): ..."}, "lib.Visitor.visit_Name", "override"),
        ({"m": "import lib\nclass A(lib.V): ...\nclass B(A): ..."}, "lib.V", "subclass"),
        ({"m": "import lib\nclass A:\n    def __init__(self):\n        self.t = lib.Tree()\n    def f(self):\n        return self.t.walk()"}, "lib.Tree().walk", "call"),
        ({"m": "import lib\ndef f(t: lib.Tree):\n    t.name = 1"}, "lib.Tree().name=", "reference"),
        ({"m": "from json import *\ndumps(1)"}, "json.dumps", "call"),
        ({"p": "from json import *", "m": "from p import *\nloads('1')"}, "json.loads", "call"),
    ],
)  # fmt: skip
def test_use_is_resolved(sources, name, how):
    """Aliases, re-exports, stars, chains, results, subclasses and attributes of self lead to the library's name."""
    assert (name, how) in used(sources, tops=("lib", "json"))


def test_other_things_of_the_same_name_are_no_use():
    """A parameter, a local or another library's function that is called alike is not the library's."""
    source = (
        "from lib import parse\ndef f(parse):\n    return parse(1)\ndef g():\n    parse = len\n    return parse('')\n"
    )
    assert not {use for use in used({"m": source}) if use[1] == "call"}
    assert not used({"m": "from other import parse\nparse(1)"})


def test_import_names_of_a_distribution():
    """The names that are imported, not the distribution's own."""
    assert "yaml" in top_names("pyyaml")
    assert not top_names("no-such-distribution-here")
