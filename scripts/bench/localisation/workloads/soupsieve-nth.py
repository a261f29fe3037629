"""Select cells of a large table by position."""

import soupsieve
from bs4 import BeautifulSoup

row = "<tr>" + "".join(f"<td>{i}</td>" for i in range(6)) + "</tr>"
soup = BeautifulSoup("<table><tr class=head></tr>" + row * 900 + "</table>", "html.parser")
print(len(soupsieve.select("tr:nth-child(2n+1) td:nth-child(3)", soup)))
print(len(soupsieve.select("tr.head ~ tr td:nth-last-child(2)", soup)))
