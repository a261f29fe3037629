"""Who held an event loop, from the rows of a shard."""

from __future__ import annotations

from profiler.analyse.asynchrony import sampled

PARSE, RENDER, STEP = 1, 2, 3
AT_READ, AT_WRITE = 10, 20


def test_blocks_without_a_sample_are_shared_out_by_where_they_ended():
    """By the sampled blocks that ended at the same line, never by those that ended elsewhere."""
    rows = [
        (STEP, AT_READ, (PARSE, STEP), 2, 0.030, 0.02, 0.02, 0.0),
        (STEP, AT_READ, (STEP,), 1, 0.010, 0.01, 0.01, 0.002),
        (STEP, AT_READ, (), 4, 0.008, 0.0, 0.003, 0.0),
        (STEP, AT_WRITE, (RENDER, STEP), 1, 0.005, 0.005, 0.005, 0.0),
    ]
    found = {stack: figures for _, stack, *figures in sampled(rows)}
    assert found[(PARSE, STEP)] == [5, 0.036, 0.024, 0.02, 0.0]
    assert found[(STEP,)] == [2, 0.012, 0.012, 0.01, 0.0024]
    assert found[(RENDER, STEP)] == [1, 0.005, 0.005, 0.005, 0.0]
    assert sum(wall for _, _, _, wall, *_ in sampled(rows)) == sum(row[4] for row in rows)


def test_blocks_of_which_nothing_is_known_stay_with_the_callback():
    """With no stack, whether no sample fell into any or none of the sampled ones ended there."""
    rows = [(STEP, AT_READ, (), 4, 0.008, 0.0, 0.003, 0.0), (STEP, AT_WRITE, (RENDER, STEP), 1, 0.005, 0.0, 0.005, 0.0)]
    assert (STEP, (), 4, 0.008, 0.0, 0.003, 0.0) in list(sampled(rows))
