"""A server of files: whole ones, ranges, and headers with a great many ranges."""

import asyncio
import tempfile

from starlette.applications import Starlette
from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Route

file = tempfile.NamedTemporaryFile(suffix=".txt")
file.write(b"0123456789" * 4000)
file.flush()
app = Starlette(routes=[Route("/file", lambda request: FileResponse(file.name)), Route("/", lambda request: PlainTextResponse("home"))])
total = 0


async def get(path, headers):
    sent = 0

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        nonlocal sent
        sent += len(message.get("body", b""))

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers, "http_version": "1.1", "root_path": ""}
    await app(scope, receive, send)
    return sent


async def main():
    total = 0
    for n in range(22):
        total += await get("/", [(b"host", b"example")])
        total += await get("/file", [(b"range", b"bytes=%d-%d" % (n, n + 500))])
        many = b",".join(b"%d-%d" % (k * 60, k * 60 + 5) for k in range(300 + n * 4))
        total += await get("/file", [(b"range", b"bytes=" + many)])
    return total


print(asyncio.run(main()))
