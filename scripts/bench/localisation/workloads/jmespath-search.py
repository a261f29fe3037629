"""Many queries of users over one inventory of machines."""

import jmespath
from jmespath.parser import Parser

machines = [
    {
        "id": f"i-{n:05}",
        "state": {"name": "running" if n % 3 else "stopped"},
        "tags": [{"key": "Name", "value": f"web-{n}"}, {"key": "env", "value": "prod" if n % 2 else "test"}],
        "cores": n % 8,
    }
    for n in range(12)
]
document = {"reservations": [{"machines": machines[k : k + 4]} for k in range(0, 12, 4)]}
found = 0
for n in range(420):
    Parser.purge()  # each user has queries of its own
    for query in (
        f"reservations[].machines[?state.name=='running'][?cores>`{n % 8}`].id | [{n % 5}]",
        f"reservations[*].machines[*].{{identifier: id, first_tag: tags[0].value, \"cores {n}\": cores}}",
        f"sort_by(reservations[].machines[], &cores)[{n % 3}:{n % 3 + 4}].tags[?key=='Name'].value[]",
    ):
        found += len(str(jmespath.search(query, document)))
print(found)
