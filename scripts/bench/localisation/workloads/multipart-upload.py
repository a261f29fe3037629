"""Receive a file in chunks."""

from multipart.multipart import MultipartParser

body = b"".join(b"%d;%d;%d\r\n" % (i, i * 7, i * 3) for i in range(700000))
data = b'--xyz\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n' + body + b"\r\n--xyz--\r\n"
received = []
parser = MultipartParser(b"xyz", {"on_part_data": lambda data, start, end: received.append(data[start:end])})
for at in range(0, len(data), 65536):
    parser.write(data[at : at + 65536])
parser.finalize()
print(len(b"".join(received)))
