"""Extract the text of a PDF whose streams are stored with PNG prediction."""

import io
import zlib

from pypdf import PdfReader


def predicted(data: bytes, columns: int) -> bytes:
    data += b" " * (-len(data) % columns)
    rows, before = [], bytes(columns)
    for number, at in enumerate(range(0, len(data), columns)):
        row = data[at : at + columns]
        if number % 2:
            rows.append(b"\x02" + bytes((a - b) % 256 for a, b in zip(row, before)))
        else:
            rows.append(b"\x01" + bytes((a - b) % 256 for a, b in zip(row, b"\x00" + row)))
        before = row
    return zlib.compress(b"".join(rows))


def document(pages: int) -> bytes:
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.5\n")

    def add(body: bytes) -> None:
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (len(places), body))

    lines = b"".join(b"(Line %d of the report: figures %d and %d) Tj T*\n" % (i, i * 7, i * 13) for i in range(400))
    stream = predicted(b"BT /F1 9 Tf 50 800 Td 11 TL\n" + lines + b"ET", 64)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(pages))
    add(b"<< /Type /Catalog /Pages 2 0 R >>")
    add(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids))
    add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for i in range(pages):
        add(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 850] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % (5 + 2 * i)
        )
        add(
            b"<< /Length %d /Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 64 /Colors 1 /BitsPerComponent 8 >> >>\nstream\n%s\nendstream"
            % (len(stream), stream)
        )
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, start))
    return out.getvalue()


if __name__ == "__main__":
    reader = PdfReader(io.BytesIO(document(80)))
    print(sum(len(page.extract_text()) for page in reader.pages))
