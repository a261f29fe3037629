"""A page of comments rendered by a template, links in them made clickable; some comments end in rows of dots."""

from jinja2 import Environment

page = Environment(autoescape=True).from_string(
    "<ul>{% for c in comments %}<li class='{{ loop.cycle('a', 'b') }}'>{{ c.author|title }} ({{ c.likes|default(0) }}):"
    " {{ c.text|urlize(40) }}</li>{% endfor %}</ul>"
)
words = "see http://example.com/a/b?c=d and (www.example.org). Mail to me@example.net, it is fine"
comments = [
    {"author": f"user {n}", "likes": n, "text": f"{words} {'.' * (n % 150)}x{')' * (n % 90)}y no. {n}"} for n in range(700)
]
size = 0
for _ in range(3):
    size += len(page.render(comments=comments))
print(size)
