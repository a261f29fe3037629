import pytest

from ratings.elo import best, expected, final, history
from ratings.games import BadGame, read_games


def test_games_in_order_of_rounds():
    games = read_games(["# season", "", "2 a b 1-0", "1 b c 1/2", " 1 a c 0-1 "])
    assert [(game.round, game.white, game.points) for game in games] == [(1, "b", (0.5, 0.5)), (1, "a", (0.0, 1.0)), (2, "a", (1.0, 0.0))]
    assert (games[0].score_of("c"), games[1].opponent_of("c")) == (0.5, "a")
    with pytest.raises(KeyError):
        games[0].score_of("a")


@pytest.mark.parametrize("line", ["1 a b", "x a b 1-0", "1 a b 2-0", "1 a b 1-0 0", "-1 a b 1-0"])
def test_lines_that_are_no_games(line):
    with pytest.raises(BadGame, match="line 1 is no game"):
        read_games([line])


def test_nobody_meets_themselves():
    with pytest.raises(BadGame, match="a meets themselves"):
        read_games(["1 a a 1-0"])


def test_expected_points():
    assert expected(1500, 1500) == 0.5
    assert expected(1900, 1500) == pytest.approx(10 / 11)


def test_what_one_wins_the_other_loses():
    games = read_games(["1 a b 1-0", "2 b a 1/2", "3 a c 0-1"])
    ratings = final(games)
    assert sum(ratings.values()) == pytest.approx(4500)
    assert ratings["a"] < 1512
    assert history(games)[0] == {"a": 1512.0, "b": 1488.0}
    assert [len(ratings) for ratings in history(games)] == [2, 2, 3]


def test_ratings_of_no_games():
    assert final([]) == {}
    assert best([], "a") == 1500


def test_the_best_rating_includes_the_start():
    games = read_games(["1 b c 1-0", "1 a b 0-1", "2 a b 0-1"])
    assert best(games, "a") == 1500
    assert best(games, "b") == max(ratings.get("b", 0) for ratings in history(games))
