"""Text of pages with a grid of labels, such as forms and plans have."""

import io

from pdfminer.converter import TextConverter
from pdfminer.layout import LAParams
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage


def pdf(pages):
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for content in pages:
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 800 800] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        objects.append(page % len(objects))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out, places = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def content(page):
    cells = [(40 + 95 * (k % 8), 760 - 42 * (k // 8), b"cell %d of %d" % (k, page)) for k in range(130)]
    return b"BT /F1 8 Tf " + b" ".join(b"1 0 0 1 %d %d Tm (%s) Tj" % cell for cell in cells) + b" ET"


resources, out = PDFResourceManager(), io.StringIO()
device = TextConverter(resources, out, laparams=LAParams())
interpreter = PDFPageInterpreter(resources, device)
for page in PDFPage.get_pages(io.BytesIO(pdf([content(page) for page in range(2)]))):
    interpreter.process_page(page)
print(len(out.getvalue()))
