"""Pick links, rows and headings out of a parsed page."""

from bs4 import BeautifulSoup

row = '<tr class="row {0}"><td><a href="/item/{0}" class="link item">Item {0}</a></td><td><b>{0}</b> <i>x</i></td></tr>'
page = "<html><body><h1>List</h1><table>" + "".join(row.format(i) for i in range(700)) + "</table></body></html>"
soup = BeautifulSoup(page, "html.parser")
for _ in range(24):
    found = soup.find_all("a", class_="link")
    found += soup.find_all("td")
    found += soup.find_all(["b", "i"])
    found += soup.find_all("tr", attrs={"class": "row"})
print(len(found))
