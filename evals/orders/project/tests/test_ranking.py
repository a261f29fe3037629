from orderreport import ranking


def test_leaders_by_amount_then_name():
    customers = {"Cy": 5, "Ada": 9, "Bo": 5, "Di": 1, "Ed": 0}
    assert ranking.leaders(customers) == [("Ada", 9), ("Bo", 5), ("Cy", 5)]


def test_at_least_one_leader():
    assert ranking.leaders({"Ada": 0}, share=0.1) == [("Ada", 0)]
    assert ranking.leaders({}) == []


def test_regions_apart(lines):
    found = lines({"region": "south", "customer": "Bo"}, {"region": "north", "customer": "Ada"}, {"region": "north"})
    assert ranking.leaders_by_region(found) == {"north": [("Ada", 2000)], "south": [("Bo", 1000)]}


def test_window_forgets(lines):
    found = lines(
        {"day": "2024-01-01", "customer": "Ada"},
        {"day": "2024-01-02", "customer": "Bo", "price": "1.00"},
        {"day": "2024-01-04", "customer": "Bo", "price": "2.00"},
    )
    days = ranking.daily_leaders(found, window=3)
    assert days["2024-01-02"]["north"] == [("Ada", 1000)]
    assert days["2024-01-04"]["north"] == [("Bo", 300)]
