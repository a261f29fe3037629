import json

import pytest

from convoy.__main__ import main
from convoy.report import to_text
from convoy.runner import Failure, check_all

WORDS = ["a", "text", "with", "words"]


@pytest.fixture
def manuscripts(tmp_path):
    def make(**texts):
        paths = []
        for name, text in texts.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            paths.append(path)
        return paths

    return make


def test_results_in_the_order_given(manuscripts):
    paths = manuscripts(b__txt="a text", a__txt="with wrods words words", c__txt="")
    results = check_all(paths, WORDS, at_once=3)
    assert [result.path for result in results] == [str(path) for path in paths]
    assert results[1].findings.unknown == ["wrods"]
    assert results[1].findings.repeated == ["words"]
    assert results[2].findings.words == 0


def test_one_that_cannot_be_checked_does_not_stop_the_others(manuscripts):
    results = check_all(manuscripts(a__txt=b"\xff\xfe", b__txt="a\x01", c__txt="a text"), WORDS)
    assert [result.failed for result in results] == [True, True, False]
    assert results[0].error.startswith("UnicodeDecodeError")
    assert results[1].error == "Unprintable: control character 0x01 at 1"
    assert to_text(results).splitlines()[-1] == "1 of 3 checked, 2 words"


def test_other_formats(manuscripts):
    results = check_all(
        manuscripts(
            a__xml="<book><p>a text</p><p>with words</p></book>",
            b__eml="Subject: x\n\na text",
        ),
        WORDS,
    )
    assert [result.findings.words for result in results] == [4, 2]


def test_the_same_path_twice(manuscripts):
    (path,) = manuscripts(a__txt="a text")
    assert [result.findings.words for result in check_all([path, path], WORDS)] == [2, 2]


def test_long_sentences_keep_their_numbers(manuscripts):
    (result,) = check_all(manuscripts(a__txt="text " * 45), WORDS)
    assert result.findings.long_sentences == {1: 45}


@pytest.mark.parametrize("at_once", [0, -1])
def test_none_at_once(manuscripts, at_once):
    with pytest.raises(Failure, match="at least one"):
        check_all(manuscripts(a__txt="a"), WORDS, at_once=at_once)


def test_no_such_manuscript(tmp_path):
    with pytest.raises(Failure, match="no manuscript"):
        check_all([tmp_path / "none.txt"], WORDS)


def test_nothing_to_check():
    assert check_all([], WORDS) == []


def test_command(manuscripts, tmp_path, capsys):
    (path,) = manuscripts(a__txt="a text")
    (tmp_path / "list").write_text("a\n")
    assert main([str(path), "--words", str(tmp_path / "list"), "--out", str(tmp_path / "out.json")]) == 0
    assert "2 words, 1 unknown" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text())[0]["findings"]["unknown"] == ["text"]
