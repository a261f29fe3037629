"""Optimise the queries of a reporting tool."""

from sqlglot import parse_one
from sqlglot.optimizer import optimize

SCHEMA = {
    "orders": {"id": "int", "customer_id": "int", "total": "double", "day": "date", "state": "text"},
    "customers": {"id": "int", "name": "text", "region": "text"},
    "items": {"order_id": "int", "product": "text", "amount": "int", "price": "double"},
}
QUERY = """
WITH big AS (SELECT o.id, o.customer_id, o.total FROM orders AS o WHERE o.total > 100 AND o.state = 'paid'),
     sums AS (SELECT i.order_id, SUM(i.amount * i.price) AS value FROM items AS i GROUP BY i.order_id)
SELECT c.name, c.region, b.total, s.value, CASE WHEN b.total > 1000 THEN 'a' WHEN b.total > 500 THEN 'b' ELSE 'c' END AS class
FROM big AS b JOIN customers AS c ON c.id = b.customer_id LEFT JOIN sums AS s ON s.order_id = b.id
WHERE c.region IN ('n', 's') AND (s.value > 10 OR s.value IS NULL) AND 1 = 1
ORDER BY b.total DESC LIMIT 50
"""
for _ in range(30):
    text = optimize(parse_one(QUERY), schema=SCHEMA).sql(pretty=True)
print(len(text))
