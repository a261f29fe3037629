from orderreport import cleaning


def test_cancelled_orders_leave_with_all_their_lines(lines):
    found = lines({"order": "1"}, {"order": "2"}, {"order": "2", "line": "2"}, {"order": "3"})
    assert [line.order for line in cleaning.without_cancelled(found, ["2", "9"])] == ["1", "3"]


def test_nothing_cancelled(lines):
    found = lines({"order": "1"}, {"order": "2"})
    assert cleaning.without_cancelled(found, []) == found


def test_first_of_repeated_lines_stays(lines):
    found = lines({"price": "1.00"}, {"price": "2.00"}, {"line": "2"})
    assert [line.cents for line in cleaning.without_repeats(found)] == [100, 1000]


def test_orders_of_the_staff_leave(lines):
    found = lines({"customer": "TEST card"}, {"customer": "Tester"})
    assert [line.customer for line in cleaning.without_tests(found)] == ["Tester"]
