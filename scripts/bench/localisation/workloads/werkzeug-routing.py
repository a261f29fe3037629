"""Dispatch requests of an application with some hundred routes."""

from werkzeug.routing import Map, Rule

rules = []
for name in (f"resource{i}" for i in range(60)):
    rules += [
        Rule(f"/api/v1/{name}", endpoint=f"{name}.list"),
        Rule(f"/api/v1/{name}/<int:id>", endpoint=f"{name}.item"),
        Rule(f"/api/v1/{name}/<int:id>/history/<string:when>", endpoint=f"{name}.history"),
    ]
adapter = Map(rules).bind("example.org")
for _ in range(160):
    for i in range(60):
        adapter.match(f"/api/v1/resource{i}")
        adapter.match(f"/api/v1/resource{i}/17")
        endpoint, values = adapter.match(f"/api/v1/resource{i}/17/history/today")
print(endpoint, values)
