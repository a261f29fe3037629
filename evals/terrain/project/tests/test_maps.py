import numpy as np
import pytest

from terrain.__main__ import main
from terrain.classes import NAMES, classify, land, shares
from terrain.contours import crossings
from terrain.grid import Grid
from terrain.roughness import roughness
from terrain.summary import summarise


def hills(seed=1, shape=(30, 40)):
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    heights = 120 * np.sin(rows / 7) * np.cos(columns / 9) + 130 + chance.normal(0, 1, shape)
    heights[3, 4] = np.nan
    return Grid(heights, 10)


def test_roughness_is_the_deviation_of_each_square():
    grid = hills()
    found = roughness(grid, 5)
    assert found.shape == (26, 36)
    assert found[10, 20] == pytest.approx(np.std(grid.heights[10:15, 20:25].astype(float)), rel=1e-6)
    assert np.isnan(found[3, 4])
    assert np.isnan(found[0, 0])
    assert not np.isnan(found[4, 5])


def test_roughness_of_high_ground_is_as_exact():
    grid = hills()
    high = Grid(grid.heights.astype(float) + 8000, 10)
    assert roughness(high, 5)[10, 20] == pytest.approx(np.std(high.heights[10:15, 20:25].astype(float)), rel=1e-6)


def test_flat_ground_is_not_rough():
    assert (roughness(Grid(np.full((9, 9), 7.7), 1), 3) == 0).all()


def test_squares_that_do_not_fit():
    with pytest.raises(ValueError, match="do not fit"):
        roughness(Grid(np.zeros((5, 9)), 1), 6)


def test_classes_of_single_cells():
    assert NAMES[land(0.5, 0.9)] == "water"
    assert NAMES[land(0.5, 1.0)] == "meadow"
    assert NAMES[land(901, 50)] == "peak"
    assert NAMES[land(900, 45)] == "cliff"
    assert NAMES[land(900, 15)] == "slope"
    assert NAMES[land(199.9, 14.9)] == "meadow"
    assert NAMES[land(200, 0)] == "field"
    assert NAMES[land(float("nan"), 0)] == NAMES[land(0, float("nan"))] == "unknown"


def test_a_map_is_classified_cell_by_cell():
    chance = np.random.default_rng(2)
    heights = chance.choice([-5, 0.5, 0.6, 199, 200, 900, 901, np.nan], (40, 50)).astype(np.float32)
    slopes = chance.choice([0, 0.99, 1, 14.9, 15, 44.9, 45, 90, np.nan], (40, 50))
    found = classify(heights, slopes)
    assert found.dtype == np.int8
    assert found.tolist() == [[land(h, s) for h, s in zip(*rows)] for rows in zip(heights.tolist(), slopes.tolist())]


def test_classes_of_other_shapes():
    assert classify(np.zeros((0, 3)), np.zeros((0, 3))).shape == (0, 3)
    with pytest.raises(ValueError, match="shapes"):
        classify(np.zeros((2, 3)), np.zeros((3, 2)))


def test_shares():
    assert shares(np.array([[0, 0], [1, 6]], dtype=np.int8)) == {"water": 0.5, "meadow": 0.25, "unknown": 0.25}


def test_crossings_are_interpolated_and_in_order():
    grid = Grid(np.array([[0, 10, 0], [5, 5, 5], [10, 0, 10.0]]), 1)
    assert crossings(grid, 2.5).tolist() == [[0, 0.25], [0, 1.75], [2, 0.75], [2, 1.25]]


def test_no_crossings():
    found = crossings(Grid(np.zeros((3, 3)), 1), 5)
    assert found.shape == (0, 2)
    grid = Grid(np.array([[0, np.nan, 10], [0, 0, 0], [0, 0, 0.0]]), 1)
    assert crossings(grid, 5).shape == (0, 2)


def test_summary_of_hills(tmp_path, capsys):
    text = summarise(hills())
    assert text.splitlines()[0] == "30 x 40 cells of 10 m, 99.9 % surveyed"
    assert "contour    50 m:" in text
    np.save(tmp_path / "h.npy", hills().heights)
    assert main([str(tmp_path / "h.npy"), "--out", str(tmp_path / "s.txt")]) == 0
    assert (tmp_path / "s.txt").read_text() == text


def test_small_grids_have_no_roughness():
    assert "roughness" not in summarise(Grid(np.arange(25.0).reshape(5, 5), 1))
