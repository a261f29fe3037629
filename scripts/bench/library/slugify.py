"""Names for addresses, of text that is known to be plain: a library that knows every script."""

import re

from slugify import slugify

REST = re.compile(r"[^a-z0-9]+")
THOUSANDS = re.compile(r"(?<=\d),(?=\d)")


def slug_old(text):
    return slugify(text)


def slug_new(text):
    return REST.sub("-", THOUSANDS.sub("", text.lower().replace("'", "-"))).strip("-")
