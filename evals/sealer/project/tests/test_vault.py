import pytest

from sealer.__main__ import main
from sealer.manifest import Entry, ManifestError, read, write
from sealer.vault import VaultError, seal, verify


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "letters"
    (place / "sub dir").mkdir(parents=True)
    (place / "b.txt").write_bytes(b"b" * 500)
    (place / "a.txt").write_bytes(b"")
    (place / "sub dir" / "ü.txt").write_bytes(b"text")
    (place / "link").symlink_to(place / "b.txt")
    return place


def test_seal_and_verify(folder, tmp_path):
    entries = seal(folder, tmp_path / "vault")
    assert [entry.name for entry in entries] == ["a.txt", "b.txt", "sub dir/ü.txt"]
    assert [entry.size for entry in entries] == [0, 500, 4]
    assert verify(tmp_path / "vault") == []


def test_sealing_twice_gives_the_same_bytes(folder, tmp_path):
    seal(folder, tmp_path / "one")
    seal(folder, tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_what_is_wrong_is_listed(folder, tmp_path):
    vault = tmp_path / "vault"
    seal(folder, vault)
    (vault / "000001.seal").unlink()
    (vault / "000002.seal").write_bytes((vault / "000003.seal").read_bytes())
    (vault / "000009.seal").write_bytes(b"")
    problems = verify(vault)
    assert problems[0].startswith("000001.seal: ")
    assert problems[1:] == ["000002.seal: not what the manifest says", "000009.seal: not in the manifest"]


def test_vaults_that_cannot_be_made(folder, tmp_path):
    with pytest.raises(VaultError, match="no folder"):
        seal(tmp_path / "none", tmp_path / "vault")
    seal(folder, tmp_path / "vault")
    with pytest.raises(VaultError, match="already"):
        seal(folder, tmp_path / "vault")
    (folder / "bad\nname").write_text("")
    with pytest.raises(VaultError, match="line break"):
        seal(folder, tmp_path / "other")


def test_manifest():
    entries = [Entry("000001.seal", 3, "ab", "name with spaces")]
    assert read(write(entries)) == entries
    assert read(write([])) == []
    with pytest.raises(ManifestError, match="no manifest"):
        read("anything\nelse\n")
    with pytest.raises(ManifestError, match="was changed"):
        read(write(entries).replace(" 3 ", " 4 "))


def test_command(folder, tmp_path, capsys):
    vault = str(tmp_path / "vault")
    assert main(["seal", str(folder), vault]) == 0
    assert main(["verify", vault]) == 0
    assert capsys.readouterr().out == "3 files sealed\nwhole\n"
    (tmp_path / "vault" / "000001.seal").write_bytes(b"")
    assert main(["verify", vault]) == 1
    with pytest.raises(SystemExit):
        main(["verify", str(tmp_path)])
