"""Recorded profiles of published packages before a real speed-up: what the expert changed is among the first rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.localisation_record import Recording, driven, ranks

DATA = Path(__file__).parents[5] / "scripts" / "bench" / "localisation"
AMONG_FIVE = 61  # of 70, one below what was measured
AMONG_TEN = 66


@pytest.fixture(scope="module")
def cases():
    """Both sets."""
    files = ("cases.json", "held_out.json")
    return [case for file in files for case in json.loads((DATA / file).read_text(encoding="utf-8"))]


@pytest.fixture(scope="module")
def recordings(cases):
    """What the profile of each case saw."""
    return {case["name"]: Recording.read(DATA / "recordings" / f"{case['name']}.json.gz") for case in cases}


@pytest.fixture(scope="module")
def places(cases, recordings):
    """The ranks of the changed function, by own time, by cumulative time and as a target, for each case."""
    return [ranks(recordings[case["name"]], case["changed"]) for case in cases]


def among(places, column, most):
    """In how many cases the changed function has a place up to `most`."""
    return sum((place[column] or most + 1) <= most for place in places)


def test_changed_functions_are_found(places):
    """The function that an expert changed is among the first five rows, and ten, as often as was measured."""
    assert among(places, "targets", 5) >= AMONG_FIVE
    assert among(places, "targets", 10) >= AMONG_TEN


def test_cases_collected_later_are_found():
    """Of the cases that had no part in making the formula, as many are among the first five as when first ranked."""
    later = json.loads((DATA / "held_out_later.json").read_text(encoding="utf-8"))
    found = [ranks(Recording.read(DATA / "recordings" / f"{case['name']}.json.gz"), case["changed"]) for case in later]
    assert len(found) == 5
    assert among(found, "targets", 5) >= 4


def test_targets_find_more_than_either_time(places):
    """Among the first five, the targets hold more changed functions than own time or cumulative time alone."""
    assert among(places, "targets", 5) > max(among(places, "own", 5), among(places, "cumulative", 5))


def test_a_driver_in_the_project_hides_nothing(cases, recordings):
    """Where the workload lies in the project, as many are found, and its own rows are few among the first five."""
    found, drivers = driven(cases, recordings)
    assert found >= AMONG_FIVE - 2
    assert drivers <= 22  # 53 where time is passed up to it
