"""A wallet's addresses and keys, encoded with a checksum and read again."""

import hashlib

import base58

found = 0
for n in range(20000):
    digest = hashlib.sha256(str(n).encode()).digest()
    address = base58.b58encode_check(b"\x00" + digest[:20])
    key = base58.b58encode_check(b"\x80" + digest + b"\x01")
    found += base58.b58decode_check(address)[0] + len(base58.b58decode_check(key))
blob = base58.b58encode(bytes(range(256)) * 8)
found += len(base58.b58decode(blob))
print(found)
