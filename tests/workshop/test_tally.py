"""What the board counts, from reports written by hand."""

from board.reports import Report, read_report
from board.tally import tally

KNOWN = {
    "first": {"lesson": "04", "slips": {"line: a": "A.", "line: b": "B.", "other: c": "C.", "other: d": "D."}},
    "second": {"lesson": "04", "slips": {}},
    "third": {"lesson": "05", "slips": {}},
}


def board(*reports, lesson="", now=600):
    return tally([Report(*each) for each in reports], KNOWN, lesson, now)


def counts(seen, exercise):
    row = next(each for each in seen["rows"] if each["exercise"] == exercise)
    return row["not_begun"], row["wrong"], row["right"]


def test_an_empty_board_shows_the_first_lesson():
    seen = board()
    assert seen["lesson"] == "04" and seen["seats"] == 0 and counts(seen, "first") == (0, 0, 0)


def test_each_seat_is_counted_once_and_who_was_right_stays_right():
    seen = board((0, "a", "", "here"), (1, "b", "first", "unattempted"), (2, "c", "first", "wrong"),
                 (3, "d", "first", "wrong"), (4, "d", "first", "correct"), (5, "d", "first", "wrong"))  # fmt: skip
    assert seen["seats"] == 4 and counts(seen, "first") == (2, 1, 1) and counts(seen, "second") == (4, 0, 0)


def test_minutes_go_from_the_check_before_to_the_first_right_one():
    seen = board((0, "a", "", "here"), (60, "a", "first", "wrong"), (120, "a", "first", "correct"),
                 (180, "a", "first", "correct"), (300, "a", "second", "wrong"))  # fmt: skip
    assert [row["minutes"] for row in seen["rows"]] == [2.0, 2.0]


def test_run_all_begins_nothing():
    run_all = [(0, "a", name, "unattempted") for name in KNOWN]
    seen = board(*run_all, (120, "a", "first", "correct"), (180, "a", "second", "correct"), lesson="04")
    assert [row["minutes"] for row in seen["rows"]] == [2.0, 1.0]


def test_a_long_break_is_no_time_spent():
    seen = board((0, "a", "", "here"), (9000, "a", "first", "wrong"), (9060, "a", "first", "correct"))
    assert seen["rows"][0]["minutes"] == 1.0


def test_the_latest_lesson_is_shown_unless_another_is_asked_for():
    reports = [(0, "a", "first", "wrong"), (1, "a", "third", "wrong"), (2, "b", "", "here")]
    assert board(*reports)["lesson"] == "05" and board(*reports, lesson="04")["lesson"] == "04"
    assert board(*reports, lesson="no such")["lesson"] == "05"


def test_the_three_slips_that_most_seats_made():
    made = [
        ("a", "line: a"),
        ("a", "line: a"),
        ("a", "line: b"),
        ("b", "line: b"),
        ("b", "other: c"),
        ("c", "other: d"),
    ]
    seen = board(*((i, seat, "first", "wrong", (slip,)) for i, (seat, slip) in enumerate(made)))
    assert seen["slips"][0] == {"exercise": "first", "sentence": "B.", "seats": 2}
    assert len(seen["slips"]) == 3 and all(each["seats"] == 1 for each in seen["slips"][1:])


def test_help_is_wanted_until_it_is_withdrawn_or_the_exercise_is_right():
    reports = [(0, "a", "first", "help"), (60, "b", "first", "help"), (70, "c", "second", "help")]
    assert board(*reports)["help"][0] == {"seat": "a", "exercise": "first", "minutes": 10}
    ended = board(*reports, (80, "a", "first", "correct"), (90, "b", "first", "no help"), (95, "c", "first", "correct"))
    assert [each["seat"] for each in ended["help"]] == ["c"]


def test_only_known_words_pass():
    def read(**sent):
        return read_report(sent, "a", 0.0, KNOWN)

    assert read(status="wrong", exercise="first", slip="line: a").slips == ("line: a",)
    assert read(status="wrong", exercise="first", slip="line: a; other: c").slips == ("line: a", "other: c")
    assert read(status="wrong", exercise="first", slip="import os").slips == ()
    assert read(status="here", exercise="import os").exercise == ""
    for bad in (
        {"status": "wrong", "exercise": "import os"},
        {"status": "x"},
        {"status": ["wrong"], "exercise": "first"},
    ):
        assert read(**bad) is None
    assert read(status="wrong", exercise=["first"]) is None and read(status="wrong", exercise="first", slip=1) is None
    assert all(read_report(sent, "a", 0.0, KNOWN) is None for sent in (None, 3, "wrong", [], {}))
