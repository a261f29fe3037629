import asyncio


async def calls(port, count):
    found = []
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(count):
        writer.write(b"x\n")
        found.append(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return found


# --- end
async def echo(reader, writer):
    try:
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    writer.close()


async def main():
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    found = await calls(server.sockets[0].getsockname()[1], 400)
    server.close()
    print(len(found))


asyncio.run(main())
