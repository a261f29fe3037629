"""Read a long list of measurements from a stream."""

import io
import json

from ijson.backends import python as ijson

rows = [{"id": n, "at": 1_600_000_000 + n, "values": list(range(n, n + 20)), "unit": "mm"} for n in range(9000)]
stream = io.BytesIO(json.dumps({"rows": rows}).encode())
print(sum(row["values"][2] for row in ijson.items(stream, "rows.item")))
