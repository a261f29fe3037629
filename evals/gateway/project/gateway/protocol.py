"""The line protocol that all services speak: a request and an answer are one line of JSON each.

    {"call": "account", "customer": "c-1"}      ->  {"name": "Ada", "level": 2}
    a call that fails                           ->  {"error": "no such customer"}

A connection takes any number of requests, one after the other.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

LONGEST = 1 << 20


class ServiceError(Exception):
    """A service said no, or nothing that can be understood."""


def encode(message: dict[str, Any]) -> bytes:
    """A message as its line."""
    return json.dumps(message, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """A line as its message.

    Raises:
        ServiceError: it is no JSON object, or it says that the call failed.
    """
    try:
        message = json.loads(line)
    except ValueError:
        raise ServiceError(f"not understood: {line[:60]!r}") from None
    if not isinstance(message, dict):
        raise ServiceError(f"not understood: {line[:60]!r}")
    if "error" in message:
        raise ServiceError(str(message["error"]))
    return message


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: dict[str, Any]) -> dict[str, Any]:
    """Send one request and wait for its answer.

    Raises:
        ServiceError: the service said no, or hung up.
    """
    writer.write(encode(message))
    await writer.drain()
    line = await reader.readline()
    if not line:
        raise ServiceError("hung up")
    return decode(line)
