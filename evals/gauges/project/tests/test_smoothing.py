import pytest

from gaugebook.smoothing import highest_mean, moving_mean


def test_windows_are_shorter_at_the_beginning():
    assert moving_mean([1.0, 3.0, 5.0, 7.0], 2) == [1.0, 2.0, 4.0, 6.0]


def test_a_window_wider_than_the_levels():
    assert moving_mean([1.0, 2.0, 6.0], 96) == [1.0, 1.5, 3.0]


def test_nothing():
    assert moving_mean([]) == []
    assert highest_mean([]) == 0.0


def test_means_have_two_places():
    assert moving_mean([0.1, 0.2, 0.3], 3) == [0.1, 0.15, 0.2]
    assert moving_mean([1.0, 1.0, 2.0], 3)[-1] == pytest.approx(1.33)


def test_long_series_do_not_drift():
    levels = [((n * 7919) % 4001) / 10 for n in range(5000)]
    width = 96
    wanted = [round(sum(levels[max(0, n + 1 - width) : n + 1]) / min(width, n + 1), 2) for n in range(5000)]
    assert moving_mean(levels, width) == wanted
