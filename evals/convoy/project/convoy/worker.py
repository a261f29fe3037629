"""The process in which a manuscript is checked: a job comes in on standard input as JSON, the result goes out the same way.

    {"path": "a.txt", "words": ["the", …]}  ->  {"path": "a.txt", "findings": {…}}  or  {"path": "a.txt", "error": "…"}
"""

from __future__ import annotations

import asyncio
import email.message
import json
import sys
import xml.dom.minidom
from pathlib import Path

from convoy.checks import check


def text_of(path: Path) -> str:
    """The text of a manuscript: plain, or the paragraphs of an XML one."""
    if path.suffix == ".xml":
        document = xml.dom.minidom.parse(str(path))
        paragraphs = document.getElementsByTagName("p")
        return "\n".join("".join(node.data for node in p.childNodes if node.nodeType == node.TEXT_NODE) for p in paragraphs)
    if path.suffix == ".eml":
        message = email.message_from_bytes(path.read_bytes())
        return message.get_payload(decode=True).decode("utf-8")
    return path.read_text(encoding="utf-8")


def work(job: dict[str, object]) -> dict[str, object]:
    """The result of one job; what goes wrong is part of it."""
    path = str(job["path"])
    try:
        return {"path": path, "findings": check(text_of(Path(path)), job["words"]).to_dict()}
    except Exception as error:  # a manuscript may be anything
        return {"path": path, "error": f"{type(error).__name__}: {error}"}


def main() -> None:
    json.dump(work(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
