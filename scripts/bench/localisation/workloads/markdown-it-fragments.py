"""Render an API listing: paragraphs full of names with underscores and stars."""

from markdown_it import MarkdownIt

names = " ".join(f"get_value_{i} *args_{i} set__item__{i} a*b" for i in range(450))
page = "\n\n".join(f"Section {i}: {names}" for i in range(20))
print(len(MarkdownIt("commonmark").render(page)))
