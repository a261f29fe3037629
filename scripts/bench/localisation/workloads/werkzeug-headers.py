"""Read cookies and content headers of requests."""

from werkzeug.http import parse_cookie, parse_options_header

cookie = "; ".join(f"name{i}=value-{i}-{'x' * 20}" for i in range(15)) + '; quoted="a\\054b"'
header = 'form-data; name="field"; filename="report 2024.csv"; size=1234; charset=utf-8'
for _ in range(20000):
    cookies = parse_cookie(cookie)
    options = parse_options_header(header)
print(len(cookies), options)
