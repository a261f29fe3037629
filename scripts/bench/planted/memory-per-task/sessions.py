"""A server on a socket: each connection keeps a large session while the client thinks."""
import asyncio


async def session(reader, writer):
    state = {"history": [bytes([number % 256]) * 4096 for number in range(300)]}
    await reader.readline()
    writer.write(str(len(state)).encode())
    await writer.drain()
    writer.close()


async def client(port, patience):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.sleep(patience)
    writer.write(b"go\n")
    await reader.read()
    writer.close()


async def main():
    server = await asyncio.start_server(session, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    clients = []
    for _ in range(40):
        clients.append(asyncio.create_task(client(port, 0.6)))
        await asyncio.sleep(0.01)
    await asyncio.gather(*clients)
    server.close()


asyncio.run(main())
