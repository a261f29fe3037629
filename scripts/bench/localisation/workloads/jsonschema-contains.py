"""Validate lists that must hold a certain kind of element."""

from jsonschema import Draft202012Validator

schema = {
    "type": "object",
    "properties": {
        "tags": {"type": "array", "contains": {"type": "string", "pattern": "^v[0-9]+$"}, "minContains": 2},
        "rows": {
            "type": "array",
            "items": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
        },
    },
}
instance = {"tags": [f"word{i}" for i in range(60)] + ["v1", "v2"], "rows": [{"id": i} for i in range(20)]}
validator = Draft202012Validator(schema)
print(sum(validator.is_valid(instance) for _ in range(900)))
