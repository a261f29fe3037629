"""The checks of one manuscript."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, field

from convoy.words import unknown

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
LONGEST_SENTENCE = 40  # words


@dataclass
class Findings:
    """What is to be said about one manuscript.

    Attributes:
        digest: of its text, white space folded.
        long_sentences: number of each, from 1, to its words.
        repeated: words that stand twice in a row, in order.
    """

    digest: str = ""
    words: int = 0
    unknown: list[str] = field(default_factory=list)
    long_sentences: dict[int, int] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


class Unprintable(ValueError):
    """The text has characters that cannot go to print."""


def check(text: str, known: list[str]) -> Findings:
    """Check one text.

    Raises:
        Unprintable: it has a control character.
    """
    for number, character in enumerate(text):
        if character < " " and character not in "\n\t\r":
            raise Unprintable(f"control character {ord(character):#04x} at {number}")
    words = WORD.findall(text)
    findings = Findings(hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16], len(words))
    findings.unknown = unknown(words, known)
    for number, sentence in enumerate(SENTENCE_END.split(text), start=1):
        count = len(WORD.findall(sentence))
        if count > LONGEST_SENTENCE:
            findings.long_sentences[number] = count
    findings.repeated = [
        word.lower() for word, following in zip(words, words[1:]) if word.lower() == following.lower()
    ]
    return findings
