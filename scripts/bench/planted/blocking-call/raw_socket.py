"""A client that reads from a blocking socket inside the loop."""
import asyncio
import socket
import threading
import time


def serve(listening):
    for _ in range(6):
        connection, _ = listening.accept()
        time.sleep(0.04)
        connection.sendall(b"done")
        connection.close()


async def ask(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        return connection.recv(10)


async def main():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(10)
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        for _ in range(6):
            await ask(listening.getsockname()[1])
        thread.join()


asyncio.run(main())
