"""What a replacement costs of the old path is the two functions' own time, not that of measuring them."""

from __future__ import annotations

from codeflash_inside import differ


def cost(old, new, inputs):
    """The part of the old path's time that the new one takes."""
    seconds = {"old": 0.0, "new": 0.0}
    for side, function in (("old", old), ("new", new)):
        for _, text in inputs:
            differ.outcome(function, text, seconds, side)
    differ._time(old, new, "text", inputs, seconds)
    return seconds["new"] / seconds["old"]


def test_calls_shorter_than_reading_the_clock_are_told_apart():
    """A function that does nothing costs next to nothing of one that takes a few microseconds."""
    assert cost(lambda text: sum(map(ord, text * 5)), lambda _: None, [(str(n), str(n)) for n in range(50)]) < 0.1


def test_generators_are_read_and_exceptions_are_part_of_it():
    """What is given piece by piece is timed to its end; an input that both refuse ends no round."""

    def pieces(text):
        yield from (int(text) for _ in range(200))

    assert cost(pieces, lambda text: int(text), [("a", "1"), ("b", "x"), ("c", "2")]) < 0.5  # noqa: PLW0108
    assert 0.5 < cost(pieces, pieces, [("a", "1"), ("b", "x"), ("c", "2")]) < 2.0
