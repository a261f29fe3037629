"""A suite of properties, on a fresh machine as in CI: lists, texts and records are drawn, none fails."""

import tempfile

from hypothesis.configuration import set_hypothesis_home_dir

home = tempfile.TemporaryDirectory()
set_hypothesis_home_dir(home.name)

from hypothesis import given, settings, strategies as st

records = st.fixed_dictionaries({"name": st.text(max_size=8), "age": st.integers(0, 120), "tags": st.lists(st.sampled_from("abc"))})
quiet = settings(max_examples=60, deadline=None, database=None, derandomize=True)


@quiet
@given(st.lists(st.integers()))
def test_sort(values):
    assert sorted(sorted(values)) == sorted(values)


@quiet
@given(st.lists(records, max_size=5))
def test_records(values):
    assert all(0 <= value["age"] <= 120 for value in values)


@quiet
@given(st.dictionaries(st.text(max_size=3), st.floats(allow_nan=False)), st.booleans())
def test_mapping(mapping, flag):
    assert dict(mapping) == mapping or flag


@quiet
@given(st.one_of(st.integers(), st.decimals(allow_nan=False), st.from_regex(r"[a-z]{1,4}-\d+", fullmatch=True)))
def test_text(value):
    assert str(value) == str(value)


for test in (test_sort, test_records, test_mapping, test_text):
    test()
print("held")
