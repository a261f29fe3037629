import asyncio
import json

from gateway.protocol import encode
from gateway.server import serve
from gateway.signatures import sign

from conftest import SECRET


def talk(with_pages, *requests):
    async def ask(pages, journal):
        server = await serve(pages, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        answers = []
        for request in requests:
            writer.write(request if isinstance(request, bytes) else encode(request))
            answers.append(json.loads(await reader.readline()))
        writer.close()
        server.close()
        return answers

    return with_pages(ask)


def test_several_requests_on_one_connection(with_pages):
    request = {"customer": "c-2", "signature": sign(SECRET, "c-2")}
    assert [answer["name"] for answer in talk(with_pages, request, request)] == ["Bo", "Bo"]


def test_errors_are_answers(with_pages):
    answers = talk(
        with_pages,
        b"nonsense\n",
        {"customer": "c-1"},
        {"customer": "c-1", "signature": "x"},
        {"customer": "c-9", "signature": sign(SECRET, "c-9")},
    )
    assert answers == [
        {"error": "service: not understood: b'nonsense\\n'"},
        {"error": "missing signature"},
        {"error": "signature does not fit c-1"},
        {"error": "service: no such customer"},
    ]


def test_services_that_are_not_there(with_pages):
    async def ask(pages, journal):
        from gateway.server import answer

        pages.services.port = 1
        return await answer(pages, encode({"customer": "c-1", "signature": sign(SECRET, "c-1")}))

    assert with_pages(ask) == {"error": "service: not reached"}
