"""Titles of a feed: a document made of dicts, to read one tag of it."""

from xml.etree import ElementTree

import xmltodict


def titles_old(text):
    return [item["title"] for item in xmltodict.parse(text)["rss"]["channel"]["item"]]


def titles_new(text):
    return [item.findtext("title") for item in ElementTree.fromstring(text).iterfind("channel/item")]
