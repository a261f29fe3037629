"""Select elements of a page by tag, class and attribute."""

import soupsieve
from bs4 import BeautifulSoup

row = '<div class="row"><p>text <a href="/x">link</a></p><ul><li>one</li><li class="last">two</li></ul></div>'
soup = BeautifulSoup("<body>" + row * 500 + "</body>", "html.parser")
for _ in range(16):
    for selector in ("div.row > p a[href]", "ul li.last", "p, li, a", "div ul > li:not(.last)"):
        found = soupsieve.select(selector, soup)
print(len(found))
