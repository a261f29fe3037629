import pytest

from convoy.checks import Unprintable, check
from convoy.words import load, unknown

KNOWN = ["the", "cat", "sat", "on", "mat", "don't", "über"]


def test_unknown_words_once_in_order():
    assert unknown(["the", "dog", "sat", "dog", "emu"], KNOWN) == ["dog", "emu"]


def test_names_and_numbers_are_let_through():
    assert unknown(["Berlin", "42nd", "Über", "xylo"], KNOWN) == ["xylo"]


def test_findings():
    found = check("The cat sat sat on the mat. It don't.", KNOWN)
    assert (found.words, found.unknown, found.repeated) == (9, [], ["sat"])
    assert found.long_sentences == {}


def test_long_sentences_are_numbered():
    text = "Short one. " + "word " * 41 + "end. Short again."
    assert check(text, ["word", "end"]).long_sentences == {2: 42}


def test_digest_folds_white_space():
    assert check("a  b\n c", []).digest == check("a b c", []).digest
    assert check("a b", []).digest != check("a c", []).digest


def test_control_characters():
    with pytest.raises(Unprintable, match="0x07 at 3"):
        check("abc\x07", [])


def test_empty():
    found = check("", [])
    assert (found.words, found.unknown) == (0, [])


def test_list_file(tmp_path):
    (tmp_path / "words.txt").write_text("# house\nThe\n\n cat \n", encoding="utf-8")
    assert load(tmp_path / "words.txt") == ["the", "cat"]
