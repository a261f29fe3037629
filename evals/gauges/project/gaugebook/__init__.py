"""The book of a water authority's river gauges."""

from gaugebook.month import Month, build
from gaugebook.reading import Reading, parse

__all__ = ["Month", "Reading", "build", "parse"]
