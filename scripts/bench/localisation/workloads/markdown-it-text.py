"""Render the pages of a manual."""

from markdown_it import MarkdownIt

PAGE = """
# Configuration

The *server* reads `config.toml` at start, see [the reference](https://example.org/ref "Reference") and **restart** it.
Long paragraphs of plain words make up most of any manual, so that the reader who wants to know what is going on can
find it; they hold (parentheses), "quotes", dashes -- and dots... and an email like user@example.org.

- first item with some text
- second item, with `code` and a [link](other.md)
    - nested, with emphasis on *this*

| option | default | meaning |
| --- | --- | --- |
| `port` | 80 | where to listen |
| `host` | localhost | and for whom |

```python
def main():
    return 0
```

> A quotation, over
> two lines.
"""
md = MarkdownIt("commonmark").enable("table")
for _ in range(300):
    html = md.render(PAGE * 6)
print(len(html))
