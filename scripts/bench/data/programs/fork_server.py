"""A server that forks for every request."""

from __future__ import annotations

import socket
import socketserver
import threading


class Handler(socketserver.StreamRequestHandler):
    """Adds squares."""

    def handle(self) -> None:
        """Answer one request, in a process of its own."""
        number = int(self.rfile.readline())
        self.wfile.write(b"%d\n" % sum(i * i for i in range(number)))


class Server(socketserver.ForkingMixIn, socketserver.TCPServer):
    """Forks for every request."""

    allow_reuse_address = True


total = 0
with Server(("127.0.0.1", 0), Handler) as server:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    for number in range(60):
        with socket.create_connection(("127.0.0.1", server.server_address[1])) as connection:
            connection.sendall(b"%d\n" % (number * 100))
            total += int(connection.makefile().readline())
    server.shutdown()
    thread.join()
print(total)
