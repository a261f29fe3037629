"""Sorting plain release numbers: packaging's whole version grammar for a part of it."""

from packaging.version import Version


def key_old(text):
    return Version(text).release


def key_new(text):
    return tuple(map(int, text.strip().split(".")))
