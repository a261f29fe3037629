"""Serialise the rows of a listing."""

from marshmallow import Schema, fields


class Author(Schema):
    name = fields.Str()
    mail = fields.Email()


class Book(Schema):
    id = fields.Int()
    title = fields.Str()
    price = fields.Float()
    tags = fields.List(fields.Str())
    author = fields.Nested(Author)


books = [
    {"id": i, "title": f"t{i}", "price": i * 1.1, "tags": ["a", "b"], "author": {"name": "n", "mail": "n@example.org"}}
    for i in range(400)
]
for _ in range(12):
    rows = Book(many=True).dump(books)
print(len(rows))
