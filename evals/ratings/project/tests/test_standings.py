import random

import pytest

from ratings.__main__ import main
from ratings.games import read_games
from ratings.printing import number, table
from ratings.standings import standings

SEASON = ["1 Ada Bo 1-0", "1 Cy Di 1/2", "2 Bo Cy 0-1", "2 Di Ada 0-1", "3 Ada Cy 1/2", "3 Bo Di 1-0"]


def test_a_season():
    found = standings(read_games(SEASON))
    assert [(s.place, s.player, s.games, s.points) for s in found] == [(1, "Ada", 3, 2.5), (2, "Cy", 3, 2.0), (3, "Bo", 3, 1.0), (4, "Di", 3, 0.5)]
    assert [(s.buchholz, s.sonneborn, s.wins) for s in found] == [(3.5, 2.5, 2), (4.0, 2.5, 1), (5.0, 0.5, 1), (5.5, 1.0, 0)]
    assert found[0].best == found[0].rating or found[0].best > found[0].rating


def test_the_same_in_all_but_the_name_share_a_place():
    found = standings(read_games(["1 b a 1/2", "1 d c 1-0"]))
    assert [(s.place, s.player) for s in found] == [(1, "d"), (2, "a"), (2, "b"), (4, "c")]


def test_opponents_count_as_often_as_they_are_met():
    found = {s.player: s for s in standings(read_games(["1 a b 1-0", "2 b a 1/2", "3 b c 1-0"]))}
    assert found["a"].buchholz == 3.0
    assert found["a"].sonneborn == 1.5 * 1.5


def test_no_games():
    assert standings([]) == []


def test_games_that_were_added_count():
    games = read_games(SEASON)
    standings(games)
    games.append(read_games(["4 Di Cy 1-0"])[0])
    assert {s.player: s.points for s in standings(games)}["Di"] == 1.5


def test_a_large_season_adds_up():
    chance = random.Random(2)
    names = [f"p{n}" for n in range(30)]
    lines = [f"{n} {' '.join(chance.sample(names, 2))} {chance.choice(['1-0', '0-1', '1/2'])}" for n in range(200)]
    found = standings(read_games(lines))
    assert sum(s.points for s in found) == 200
    assert sum(s.games for s in found) == 400
    by_name = {s.player: s.points for s in found}
    games = read_games(lines)
    for standing in found[::7]:
        wanted = sum(by_name[g.opponent_of(standing.player)] for g in games if standing.player in (g.white, g.black))
        assert standing.buchholz == wanted


@pytest.mark.parametrize(("value", "text"), [(2.5, "2½"), (0.5, "0½"), (3.0, "3"), (2.25, "2.25")])
def test_half_points(value, text):
    assert number(value) == text


def test_table_and_command(tmp_path, capsys):
    (tmp_path / "games").write_text("\n".join(["1 b a 1/2", "1 d c 1-0"]))
    assert main([str(tmp_path / "games")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:22].split() for line in lines[1:]] == [["1.", "d"], ["2.", "a"], ["b"], ["4.", "c"]]
    assert table(standings([])).count("\n") == 1
    with pytest.raises(SystemExit):
        main([str(tmp_path / "none")])
