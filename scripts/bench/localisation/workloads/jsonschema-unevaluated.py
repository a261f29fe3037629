"""Validate configuration files whose schema is composed of parts and forbids what none of them knows."""

from jsonschema import Draft202012Validator

parts = [{"properties": {f"key{i}_{j}": {"type": "integer"} for j in range(8)}} for i in range(8)]
schema = {
    "type": "array",
    "items": {
        "type": "object",
        "allOf": parts,
        "if": {"properties": {"kind": {"const": 1}}},
        "then": {"properties": {"kind": True}},
        "unevaluatedProperties": False,
    },
}
record = {f"key{i}_{j}": j for i in range(8) for j in range(8)}
record["kind"] = 1
print(Draft202012Validator(schema).is_valid([record] * 1000))
