import json

import pytest

from docindex.__main__ import main
from docindex.index import build
from docindex.inventory import to_json


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text('"""Package."""\nfrom .one import f\n')
    (tmp_path / "pkg" / "one.py").write_text('import json\ndef f(a):\n    """Does."""\ndef g(): pass\ndef _h(): pass\n')
    (tmp_path / "pkg" / "broken.py").write_text("def f(:\n")
    (tmp_path / "pkg" / "latin.py").write_bytes("# coding: latin-1\ndef f():\n    '''é'''\n".encode("latin-1"))
    (tmp_path / "pkg" / "wrong.py").write_bytes(b"x = '\xff'\n")
    return tmp_path


def test_index(folder):
    index = build(folder)
    assert sorted(index.outlines) == ["pkg", "pkg.latin", "pkg.one"]
    assert index.outlines["pkg.latin"][0].summary == "é"
    assert index.importers("json") == ["pkg.one"]
    assert index.undocumented() == ["pkg.one:g"]
    assert sorted(index.unreadable) == ["pkg.broken", "pkg.wrong"]
    assert index.unreadable["pkg.broken"] == "broken.py: line 1 cannot be read"


def test_json(folder, capsys):
    assert main(["index", str(folder)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == json.loads(to_json(build(folder)))
    assert document["modules"]["pkg.one"]["entries"][0]["summary"] == "Does."


def test_rename_in_place(folder, capsys):
    path = folder / "pkg" / "one.py"
    assert main(["rename", str(path), "g", "go"]) == 0
    assert "def go(): pass" in path.read_text()
    assert main(["rename", str(path), "g", "go"]) == 1
    assert "no function g" in capsys.readouterr().err
