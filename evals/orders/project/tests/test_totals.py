from orderreport.totals import by_category


def test_categories_include_what_is_below_them(lines):
    found = lines(
        {"category": "Kitchen/Tools/Small", "price": "1.00"},
        {"category": "Kitchen/Tools", "price": "2.00"},
        {"category": "Garden", "price": "4.00"},
    )
    assert list(by_category(found).items()) == [
        ("Garden", 400),
        ("Kitchen", 300),
        ("Kitchen / Tools", 300),
        ("Kitchen / Tools / Small", 100),
    ]


def test_same_name_in_two_places(lines):
    found = lines({"category": "Kitchen/Tools"}, {"category": "Garden/Tools"})
    assert set(by_category(found)) == {"Kitchen", "Kitchen / Tools", "Garden", "Garden / Tools"}


def test_no_lines():
    assert by_category([]) == {}
