"""A server's side of `h11`: requests with many headers and a body in chunks arrive in small pieces, and are answered."""

import h11

headers = "".join(f"X-Header-{n}: value number {n}\r\n" for n in range(60))
chunks = "".join(f"{len(part):x}\r\n{part}\r\n" for part in ["some body text " * (n % 7 + 1) for n in range(80)])
request = f"POST /path HTTP/1.1\r\nHost: example\r\nTransfer-Encoding: chunked\r\n{headers}\r\n{chunks}0\r\n\r\n".encode()
pieces = [request[at : at + 40] for at in range(0, len(request), 40)]
events = 0
for _ in range(70):
    connection = h11.Connection(our_role=h11.SERVER)
    for piece in pieces:
        connection.receive_data(piece)
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                break
            events += 1
            if isinstance(event, h11.EndOfMessage):
                break
    connection.send(h11.Response(status_code=200, headers=[("Content-Length", "2")]))
    connection.send(h11.Data(data=b"ok"))
    connection.send(h11.EndOfMessage())
print(events)
