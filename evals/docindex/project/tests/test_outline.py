import textwrap

import pytest

from docindex.outline import Entry, outline
from docindex.source import Unreadable


def entries(text):
    return outline(textwrap.dedent(text))


def test_functions_classes_and_coroutines():
    found = entries(
        '''
        """Module."""
        async def fetch(url, *, retries=3): ...
        class Box(dict):
            """A box.

            More.
            """
            def put(self, thing, *rest, **options):
                def inner(): pass
        '''
    )
    assert found == [
        Entry("coroutine", "fetch", 3, ("url", "retries"), (), ""),
        Entry("class", "Box", 4, (), (), "A box."),
        Entry("function", "Box.put", 9, ("self", "thing", "*rest", "**options"), (), ""),
        Entry("function", "Box.put.inner", 10, (), (), ""),
    ]


def test_decorators_as_they_are_written():
    (entry,) = entries(
        """
        @registry.add("a",  key = 1)
        @traced
        def f(): pass
        """
    )
    assert entry.decorators == ('registry.add("a",  key = 1)', "traced")
    assert entry.line == 4


def test_positional_only_arguments():
    (entry,) = entries("def f(a, /, b, *, c): pass\n")
    assert entry.arguments == ("a", "b", "c")


@pytest.mark.parametrize(
    ("doc", "summary"),
    [
        ('"""  One.  """', "One."),
        ('"""\n    Below.\n    """', "Below."),
        ("'plain'", "plain"),
        ('r"raw \\d"', "raw \\d"),
        ('b"bytes"', ""),
        ('f"{1}"', ""),
        ("1", ""),
        ('""', ""),
        ('"""é ü"""', "é ü"),
    ],
)
def test_the_summary(doc, summary):
    (entry,) = entries(f"def f():\n    {doc}\n")
    assert entry.summary == summary


def test_functions_in_branches_and_loops():
    found = entries("if x:\n    def a(): pass\nelse:\n    for y in z:\n        class B: pass\ntry:\n    pass\nexcept E:\n    def c(): pass\n")
    assert [entry.name for entry in found] == ["a", "B", "c"]


def test_lambdas_and_walrus_are_no_entries():
    assert entries("f = lambda x: x\nif (n := 3): pass\n") == []


def test_no_python():
    with pytest.raises(Unreadable, match="some.py: line 2 cannot be read"):
        outline("x = 1\ndef f(:\n", "some.py")


def test_nothing():
    assert entries("") == []
