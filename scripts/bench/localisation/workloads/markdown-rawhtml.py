"""Render a page with much raw HTML in it."""

import markdown

block = '<div class="note">\n<p>Some <b>bold</b> text</p>\n</div>\n\nA paragraph with *emphasis* and `code`.\n\n'
print(len(markdown.markdown(block * 4000)))
