"""Messages encrypted, decrypted, signed and verified, with keys that are made first."""

import random

import rsa

random.seed(5)
sizes = {}
public, private = rsa.newkeys(1024)
for n in range(40):
    message = f"message number {n}".encode() * 2
    sealed = rsa.encrypt(message, public)
    assert rsa.decrypt(sealed, private) == message
    signature = rsa.sign(message, private, "SHA-256")
    sizes[rsa.verify(message, signature, public)] = len(signature)
text = private.save_pkcs1()
for _ in range(20):
    again = rsa.PrivateKey.load_pkcs1(text)
    sizes["loaded"] = again.n.bit_length()
print(sizes)
