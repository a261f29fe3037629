"""Statements of an application's log, split, formatted, and the tables in them listed."""

import sqlparse
from sqlparse.sql import Identifier, IdentifierList

query = (
    "select a.id, b.name as customer, count(*) total, case when a.x > {0} then 'big' else 'small' end as size "
    "from orders a left join customers b on a.customer_id = b.id and b.active = 1 "
    "where a.created >= '2024-01-{1:02}' and (a.state in ('open', 'paid') or a.amount between 1 and {0}) "
    "group by a.id, b.name having count(*) > 2 order by total desc, a.id limit 10;"
)
insert = "insert into audit (who, what, at) values ('user{0}', 'login', now()), ('user{0}', 'buy', now());\n"
tables = set()
for n in range(110):
    text = query.format(n, n % 28 + 1) + insert.format(n) * 2
    for statement in sqlparse.split(text):
        sqlparse.format(statement, reindent=True, keyword_case="upper")
        for token in sqlparse.parse(statement)[0].tokens:
            if isinstance(token, (Identifier, IdentifierList)):
                tables.add(str(token))
print(len(tables))
