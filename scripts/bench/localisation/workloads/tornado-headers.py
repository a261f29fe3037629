"""Requests of browsers behind a proxy: headers read and looked up, forms with files parsed, cookies set."""

from tornado.httputil import HTTPHeaders, HTTPServerRequest, parse_body_arguments, url_concat

lines = ["Host: www.example.com", "User-Agent: Mozilla/5.0 (X11)", "Accept: text/html,*/*;q=0.8", "Cookie: a=1; session=xyz; c=3"]
lines += [f"X-Forwarded-For: 10.0.{k % 250}.1" for k in range(900)] + [f"X-Trace-{k}: value {k}" for k in range(12)]
text = "\r\n".join(lines) + "\r\n"
part = '--sep\r\nContent-Disposition: form-data; name="field {0}"; filename="a {0};.txt"\r\nContent-Type: text/plain\r\n\r\nbody {0}\r\n'
body = ("".join(part.format(k) for k in range(12)) + "--sep--\r\n").encode()
size = 0
for n in range(220):
    headers = HTTPHeaders.parse(text)
    request = HTTPServerRequest(method="POST", uri=f"/path/{n}?q=a&page={n}", headers=headers, host="www.example.com")
    arguments, files = {}, {}
    parse_body_arguments("multipart/form-data; boundary=sep", body, arguments, files)
    answer = HTTPHeaders({"Content-Type": "text/html"})
    for k in range(6):
        answer.add("Set-Cookie", f"cookie{k}=v{n}; Path=/; HttpOnly")
    size += len(files) + len(request.cookies) + len(list(headers.get_all())) + len(list(answer.get_all()))
    size += len(url_concat(request.uri, {"next": n})) + len(request.headers["X-Forwarded-For"])
print(size)
