"""Encode the headers of many responses."""

from hpack import Decoder, Encoder

encoder, decoder = Encoder(), Decoder()
for i in range(12000):
    headers = [
        (":status", "200"),
        ("content-type", "text/html; charset=utf-8"),
        ("content-length", str(i * 37)),
        ("cache-control", "max-age=0"),
        ("x-request-id", f"request-{i}"),
        ("server", "example"),
        ("vary", "accept-encoding"),
        ("x-frame-options", "deny"),
        ("set-cookie", f"session={i:08d}"),
    ]
    decoded = decoder.decode(encoder.encode(headers))
print(len(decoded))
