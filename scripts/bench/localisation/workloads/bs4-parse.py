"""Parse pages and take their text."""

from bs4 import BeautifulSoup

row = '<tr class="row {0}"><td><a href="/item/{0}" class="link item">Item {0}</a></td><td><b>{0}</b> <i>x</i></td></tr>'
page = "<html><body><h1>List</h1><table>" + "".join(row.format(i) for i in range(900)) + "</table></body></html>"
for _ in range(9):
    soup = BeautifulSoup(page, "html.parser")
    length = len(soup.get_text())
print(length)
