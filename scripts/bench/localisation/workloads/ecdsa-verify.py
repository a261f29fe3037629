"""Sign and check messages."""

import hashlib

from ecdsa import NIST256p, SigningKey

key = SigningKey.generate(curve=NIST256p)
for i in range(250):
    message = b"message %d" % i
    signature = key.sign(message, hashfunc=hashlib.sha256)
    assert key.get_verifying_key().verify(signature, message, hashfunc=hashlib.sha256)
