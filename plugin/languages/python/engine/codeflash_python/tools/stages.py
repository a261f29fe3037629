"""Where a callable's memory goes, stage by stage, and whether calls leave something behind."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from codeflash_agent.language import Answer
from codeflash_python.tools import inside

if TYPE_CHECKING:
    from codeflash_agent.language import Inquiry

KIB, MIB = 1024, 1024 * 1024


def answer(inquiry: Inquiry) -> Answer:
    """Run it in the target and judge its growth."""
    options = inquiry.options
    found = inside.ask(inquiry, "stages", {key: options[key] for key in ("callable", "input", "size", "repeats")})
    growth = found["growth"]
    own = str(inside.PACKAGE)
    growth["places"] = [
        one for one in growth["places"] if not any(frame.startswith(own) for frame in one["traceback"][:1])
    ]
    leaks = bool(growth["places"] or growth["hidden_bytes_per_call"])
    document: dict[str, Any] = {"schema_version": 1, "callable": options["callable"], "leaks": leaks, **found}
    return Answer(_lines(document, str(inquiry.tree)), document, found=leaks)


def _lines(document: dict[str, Any], tree: str) -> list[str]:
    growth = document["growth"]
    verdict = "grows from call to call" if document["leaks"] else "nothing grows from call to call"
    lines = [f"[stages] {document['callable']}: {verdict} ({growth['calls']} calls after {3} to warm up)", ""]
    lines.append("  left alive      peak  line")
    lines += [
        f"  {one['live_bytes'] / KIB:7.0f} KiB {one['peak_bytes'] / MIB:6.1f} MiB  {one['line']}: {one['source'][:80]}"
        for one in document["stages"]
    ]
    if growth["places"]:
        lines += ["", "left behind by every call, by where it was allocated:"]
        for one in growth["places"]:
            frames = [
                os.path.relpath(frame, tree) if frame.startswith(tree) else frame for frame in one["traceback"][:3]
            ]
            lines.append(f"  {one['bytes_per_call']:10.0f} bytes  {' < '.join(frames)}")
    if growth["hidden_bytes_per_call"]:
        lines.append(
            f"  {growth['hidden_bytes_per_call'] / KIB:.0f} KiB a call that no allocator hook sees: native code holds it"
        )
    if document["leaks"] and growth["types"]:
        lines += ["", "objects that every call leaves, by type:"]
        lines += [f"  {one['per_call']:8.1f}  {one['type']}" for one in growth["types"]]
    if document["types"]:
        lines += ["", "live objects of classes, the most memory first:"]
        for one in document["types"][:8]:
            how = "with a dictionary each" if one["with_dict"] else "without dictionaries"
            lines.append(f"  {one['count']:8,}  {one['type']}: {one['bytes'] / KIB:.0f} KiB, {how}")
    return lines
