import pytest

from docindex.rename import NotThere, rename

TEXT = '''# old stays in comments
def old(x,   y = 1):   # as it was
    return old(x - 1) + "old" if x else thing.old + f(old=1)

value   =  old( 3 )
'''


def test_everything_else_stays_to_the_letter():
    assert rename(TEXT, "old", "new") == TEXT.replace("def old", "def new").replace("return old", "return new").replace("  old( 3 )", "  new( 3 )")


@pytest.mark.parametrize("name", ["class", "1st", "a b", ""])
def test_names_that_are_none(name):
    with pytest.raises(NotThere):
        rename(TEXT, "old", name)


def test_no_such_function():
    with pytest.raises(NotThere, match="no function other"):
        rename(TEXT, "other", "new")
