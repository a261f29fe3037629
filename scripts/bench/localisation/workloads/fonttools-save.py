"""A font built with accented letters as composites, saved and read again."""

import io

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

bases = [f"base{n}" for n in range(60)]
composites = [f"comp{n}" for n in range(700)]
order = [".notdef", *bases, *composites]
builder = FontBuilder(1000, isTTF=True)
builder.setupGlyphOrder(order)
builder.setupCharacterMap({0xE000 + n: name for n, name in enumerate(order)})
glyphs = {}
for n, name in enumerate([".notdef", *bases]):
    pen = TTGlyphPen(None)
    pen.moveTo((n, 0))
    for k in range(30):
        pen.qCurveTo((n + k * 9, k * 20 % 700), (k * 15, (k * 31 + n) % 650))
    pen.closePath()
    glyphs[name] = pen.glyph()
for n, name in enumerate(composites):
    pen = TTGlyphPen(glyphs)
    pen.addComponent(bases[n % 60], (1, 0, 0, 1, 0, 0))
    pen.addComponent(bases[(n * 7 + 1) % 60], (1, 0, 0, 1, n % 300, 20))
    glyphs[name] = pen.glyph()
builder.setupGlyf(glyphs)
builder.setupHorizontalMetrics({name: (600, 0) for name in order})
builder.setupHorizontalHeader(ascent=800, descent=-200)
builder.setupNameTable({"familyName": "Test", "styleName": "Regular"})
builder.setupOS2()
builder.setupPost()
size = 0
for _ in range(3):
    file = io.BytesIO()
    builder.save(file)
    font = TTFont(io.BytesIO(file.getvalue()))
    for name in font.getGlyphOrder()[:100]:
        size += font["glyf"][name].numberOfContours
    font.close()
print(size)
