"""Extract the text of a PDF whose pages are compressed by LZW."""

import io

from pypdf import PdfReader


def lzw(data: bytes) -> bytes:
    table = {bytes([i]): i for i in range(256)}
    bits, size, codes, word = "", 9, [(256, 9)], b""
    for byte in data:
        longer = word + bytes([byte])
        if longer in table:
            word = longer
            continue
        codes.append((table[word], size))
        table[longer] = len(table) + 2
        if len(table) + 2 > (1 << size) - 1:
            size += 1
        if size > 12 or len(table) > 4090:
            codes.append((256, min(size, 12)))
            table = {bytes([i]): i for i in range(256)}
            size = 9
        word = bytes([byte])
    codes += [(table[word], size), (257, size)]
    bits = "".join(f"{code:0{width}b}" for code, width in codes)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def document(pages: int) -> bytes:
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.5\n")

    def add(body: bytes) -> None:
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (len(places), body))

    lines = b"".join(b"(Line %d of the report: figures %d and %d) Tj T*\n" % (i, i * 7, i * 13) for i in range(300))
    stream = lzw(b"BT /F1 9 Tf 50 800 Td 11 TL\n" + lines + b"ET")
    kids = b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(pages))
    add(b"<< /Type /Catalog /Pages 2 0 R >>")
    add(b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids))
    add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for i in range(pages):
        add(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 850] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % (5 + 2 * i)
        )
        add(b"<< /Length %d /Filter /LZWDecode >>\nstream\n%s\nendstream" % (len(stream), stream))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, start))
    return out.getvalue()


if __name__ == "__main__":
    reader = PdfReader(io.BytesIO(document(50)))
    print(sum(len(page.extract_text()) for page in reader.pages))
