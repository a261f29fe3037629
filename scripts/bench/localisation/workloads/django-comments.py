"""A page of comments from a template: links made clickable, long ones cut, dates and counts formatted."""

import datetime

import django
from django.conf import settings
from django.template import Context, Engine

settings.configure(USE_I18N=False, USE_TZ=False)
django.setup()
engine = Engine(libraries={}, builtins=["django.template.defaultfilters"])
page = engine.from_string(
    "<h1>{{ title|title }}</h1>{% for c in comments %}<article class='{% cycle 'odd' 'even' %}'>"
    "<h2>{{ c.author|default:'anonymous'|capfirst }}, {{ c.when|date:'j F Y' }} ({{ c.likes|floatformat:1 }})</h2>"
    "<p>{{ c.text|urlize }}</p>{% if c.text|length > 80 %}<small>{{ c.text|truncatewords:8 }}</small>{% endif %}"
    "</article>{% empty %}none{% endfor %}"
)
text = "see (http://example.com/a_(b)), www.example.org/path?x=1&y=2; or mail to me@example.com. It works!"
comments = [
    {
        "author": f"user {n}" if n % 3 else "",
        "when": datetime.date(2024, 1 + n % 12, 1 + n % 28),
        "likes": n / 7,
        "text": f"{text} Number {n} {'(' * (n % 40)}www.example.net/{n}{')' * (n % 40)}{'&lt;.' * (n % 25)} end",
    }
    for n in range(400)
]
size = 0
for _ in range(3):
    size += len(page.render(Context({"title": "all comments", "comments": comments})))
print(size)
