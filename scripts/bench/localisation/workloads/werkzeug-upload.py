"""Receive a form with a file of many short lines."""

import io

from werkzeug.formparser import parse_form_data

body = b"".join(b"%d;%d;%d\r\n" % (i, i * 7, i * 3) for i in range(900000))
data = b'--xyz\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
data += body + b"\r\n--xyz--\r\n"
for _ in range(8):
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=xyz",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data),
    }
    stream, form, files = parse_form_data(environ)
    print(len(files["f"].read()))
