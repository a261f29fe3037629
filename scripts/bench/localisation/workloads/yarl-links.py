"""A client of a paginated service: URLs built, their queries changed, links joined, visited ones remembered."""

from yarl import URL

base = URL("https://api.example.com/v2/")
seen = set()
for n in range(7500):
    url = base.join(URL(f"projects/{n % 50}/items")) if n % 2 else base / "projects" / str(n % 50) / "items"
    url = url.with_query({"page": n, "size": 50, "sort": "created"})
    url = url.update_query({"page": n + 1, "q": f"größe {n % 9}"}).extend_query([("tag", "a"), ("tag", "b b")])
    if url not in seen:
        seen.add(url.with_fragment(None))
    other = url.with_scheme("http").with_port(8080).with_path(f"/export/{n % 30}").with_name("all.csv")
    seen.add(other.origin())
    seen.add(other.parent.relative())
print(len(seen))
