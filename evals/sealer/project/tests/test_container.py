import zlib

import pytest

from sealer.container import HEADER, Broken, pack, unpack


@pytest.mark.parametrize("content", [b"", b"a", b"abc" * 1000, bytes(range(256)) * 9])
def test_round_trip(content):
    sealed = unpack(pack("a/ü.txt", content))
    assert (sealed.name, sealed.content) == ("a/ü.txt", content)


def test_the_format_is_fixed():
    data = pack("n", b"content " * 40)
    assert data[:16] == b"SEAL\x00\x02\x00\x01" + (320).to_bytes(8, "big")
    assert data[HEADER.size : HEADER.size + 1] == b"n"
    assert data[HEADER.size + 1 :] == zlib.compress(b"content " * 40, 9)


@pytest.mark.parametrize("name", ["", "x" * 70000])
def test_names_that_do_not_fit(name):
    with pytest.raises(ValueError, match="a name of"):
        pack(name, b"")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: data[:20], "cut off in the header"),
        (lambda data: b"ZEAL" + data[4:], "no container"),
        (lambda data: data[:5] + b"\x01" + data[6:], "version 1"),
        (lambda data: data[: HEADER.size + 1], "cut off in the name"),
        (lambda data: data[:-3], "another length"),
        (lambda data: data + b"x", "another length"),
        (lambda data: data[:20] + b"\x00" + data[21:], "was changed"),
        (lambda data: data[: HEADER.size] + b"\xff" + data[HEADER.size + 1 :], "no text"),
    ],
)
def test_broken_containers(change, says):
    with pytest.raises(Broken, match=says):
        unpack(change(pack("name", b"content " * 40)))
