import numpy as np
import pytest

from terrain.grid import BadGrid, Grid
from terrain.slopes import aspects, slopes


def plane(east, north, shape=(5, 6), cell=10.0):
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return Grid(100 + columns * cell * east - rows * cell * north, cell)


@pytest.mark.parametrize(("east", "north", "degrees"), [(0, 0, 0), (1, 0, 45), (0, -1, 45), (3, 4, 78.69)])
def test_slope_of_a_plane(east, north, degrees):
    found = slopes(plane(east, north))
    assert found.shape == (3, 4)
    assert found == pytest.approx(degrees, abs=0.01)


def test_unknown_neighbours_make_unknown_slopes():
    grid = plane(1, 0)
    grid.heights[2, 2] = np.nan
    found = slopes(grid)
    assert np.isnan(found).sum() == 4
    assert not np.isnan(found[1, 1])


@pytest.mark.parametrize(
    ("east", "north", "direction"),
    [(0, -1, 0), (-1, -1, 1), (-1, 0, 2), (-1, 1, 3), (0, 1, 4), (1, 1, 5), (1, 0, 6), (1, -1, 7), (0, 0, -1)],
)
def test_a_plane_faces_where_it_falls(east, north, direction):
    assert (aspects(plane(east, north)) == direction).all()


def test_unknown_aspects():
    grid = plane(1, 0)
    grid.heights[0, 1] = np.nan
    assert aspects(grid)[0, 0] == -2


@pytest.mark.parametrize(("shape", "cell"), [((2, 9), 1), ((9,), 1), ((3, 3), 0), ((3, 3), float("nan"))])
def test_bad_grids(shape, cell):
    with pytest.raises(BadGrid):
        Grid(np.zeros(shape), cell)


def test_the_heights_given_are_left_alone():
    heights = np.arange(25.0).reshape(5, 5)
    before = heights.copy()
    slopes(Grid(heights, 1))
    aspects(Grid(heights, 1))
    assert (heights == before).all()
