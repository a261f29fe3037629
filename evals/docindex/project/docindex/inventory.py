"""The index as JSON."""

from __future__ import annotations

import json

from docindex.index import Index


def to_json(index: Index) -> str:
    """One document, keys sorted, the same for the same index."""
    document = {
        "modules": {
            name: {
                "imports": index.imports.get(name, []),
                "entries": [
                    {
                        "kind": entry.kind,
                        "name": entry.name,
                        "line": entry.line,
                        "arguments": list(entry.arguments),
                        "decorators": list(entry.decorators),
                        "summary": entry.summary,
                    }
                    for entry in entries
                ],
            }
            for name, entries in index.outlines.items()
        },
        "undocumented": index.undocumented(),
        "unreadable": index.unreadable,
    }
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
