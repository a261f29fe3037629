"""Pages rendered in the handler of a protocol."""
import asyncio


def render(rows):
    return "".join(f"<tr><td>{row}</td><td>{row * row}</td></tr>" for row in range(rows))


class Page(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(render(30_000)[-20:].encode())
        self.transport.close()


async def ask(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"page")
    await reader.read()
    writer.close()


async def main():
    server = await asyncio.get_running_loop().create_server(Page, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for _ in range(25):
        await ask(port)
    server.close()


asyncio.run(main())
