"""The server: a request is a line of JSON with customer and signature, the answer a line with the page."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.pages import Pages
from gateway.protocol import ServiceError, decode, encode
from gateway.signatures import Forbidden


async def answer(pages: Pages, text: bytes) -> dict[str, Any]:
    """The answer to one request, errors included."""
    try:
        request = decode(text)
        return await pages.page(str(request["customer"]), str(request["signature"]))
    except KeyError as error:
        return {"error": f"missing {error.args[0]}"}
    except Forbidden as error:
        return {"error": str(error)}
    except ServiceError as error:
        return {"error": f"service: {error}"}
    except (asyncio.TimeoutError, OSError):
        return {"error": "service: not reached"}


async def serve(pages: Pages, host: str, port: int) -> asyncio.AbstractServer:
    """Start answering; port 0 takes any that is free."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while text := await reader.readline():
                writer.write(encode(await answer(pages, text)))
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    return await asyncio.start_server(talk, host, port)
