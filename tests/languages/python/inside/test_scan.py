"""Each own rule sees its construct and nothing else, in small pieces of source."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from codeflash_inside import scan

FIXTURES = Path(__file__).parent / "fixtures" / "rules.txt"


def cases():
    """Rule, whether it is to fire, and source."""
    for part in FIXTURES.read_text(encoding="utf-8").split("=== ")[1:]:
        head, _, source = part.partition("\n")
        rule, sign, title = head.split(" ", 2)
        yield pytest.param(rule, sign == "+", source, id=f"{rule}{sign}{title}")


@pytest.mark.parametrize(("rule", "wanted", "source"), list(cases()))
def test_rule_fires_on_its_construct_alone(rule, wanted, source):
    """A positive gives exactly its rule; a negative gives no hit of it."""
    found = [hit.rule for hit in scan.hits_in("x.py", source)]
    assert (rule in found) is wanted, found
    assert not wanted or set(found) == {rule}


def test_every_rule_has_five_of_each():
    """No rule is without at least five positives and five negatives."""
    counts = Counter((case.values[0], case.values[1]) for case in cases())
    assert all(counts[rule, wanted] >= 5 for rule in scan.RULES for wanted in (True, False)), counts


def test_hit_names_function_and_loop():
    """A hit carries what joins it to a profile: qualified name, lines, the outermost loop."""
    source = "class A:\n    def f(self, rows):\n        t = ''\n        for row in rows:\n            t += str(row)\n"
    (hit,) = scan.hits_in("x.py", source)
    assert (hit.function, hit.line, hit.loop) == ("A.f", 5, (4, 5))


def test_files_that_do_not_parse_are_named(tmp_path):
    """A file that is no Python, or not there, is left out and said."""
    broken, gone = tmp_path / "broken.py", tmp_path / "gone.py"
    broken.write_text("def (", encoding="utf-8")
    answer = scan.answer({"files": [str(broken), str(gone)]})
    assert not answer["hits"]
    assert len(answer["unread"]) == 2
