"""Patterns."""
import re

PATTERNS = [re.compile(rf"(?:word{number}|other{number})+\s*(?P<rest>[a-z]{{1,5}})?") for number in range(600)]
