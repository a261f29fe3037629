"""Timestamps that are always written the same way, read by a parser of any date."""

from datetime import datetime

from dateutil import parser


def when_old(text):
    return parser.parse(text)


def when_new(text):
    return datetime.fromisoformat(text)
