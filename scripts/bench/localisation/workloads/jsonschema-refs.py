"""Validate records against a schema of many definitions that refer to each other by identifier."""

from jsonschema import Draft7Validator

definitions = {
    f"type{i}": {
        "$id": f"#type{i}",
        "type": "object",
        "properties": {"name": {"type": "string"}, "next": {"$ref": f"#type{i + 1}"} if i < 25 else {"type": "null"}},
        "required": ["name"],
    }
    for i in range(26)
}
schema = {"$id": "http://example.org/root.json", "definitions": definitions, "type": "array", "items": {"$ref": "#type0"}}
record = None
for i in range(25, -1, -1):
    record = {"name": str(i), "next": record}
validator = Draft7Validator(schema)
print(sum(1 for _ in range(1) for _ in validator.iter_errors([record] * 1200)))
