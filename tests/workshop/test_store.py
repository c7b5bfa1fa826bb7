"""Where reports are kept: what was added comes back, and what is no report is passed over."""

import json

from board import catalogue
from board.reports import Report
from board.store import Database, Folder

KNOWN = {"first": {"lesson": "04", "slips": {"line: a": "A."}}}


def line(**sent):
    return json.dumps({"time": 1.0, "status": "wrong", "exercise": "first", "slip": "line: a"} | sent)


def test_the_database_gives_back_what_it_got(tmp_path):
    report = Report(1.5, "seat 1", "first", "wrong", ("line: a",))
    Database(tmp_path / "board.sqlite").add(report)
    again = Database(tmp_path / "board.sqlite")
    assert again.reports() == [report]
    assert again.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_folder_is_read_in_the_order_of_time_and_two_kernels_of_one_learner_are_one_seat(tmp_path):
    (tmp_path / "bbbb-1.jsonl").write_text(f"{line(time=3.0)}\n{line(time=1.0)}\n")
    (tmp_path / "bbbb-2.jsonl").write_text(f"{line(time=4.0)}\n")
    (tmp_path / "aaaa-1.jsonl").write_text(f"{line(time=2.0)}\n")
    seen = Folder(tmp_path, KNOWN).reports()
    assert [(each.time, each.seat) for each in seen] == [(1, "seat 1"), (2, "seat 2"), (3, "seat 1"), (4, "seat 1")]


def test_what_is_no_report_is_passed_over(tmp_path):
    bad = [
        "",
        "x",
        "[" * 1900,
        "null",
        '{"time": []}',
        line(time="1e999"),
        line(time=None),
        line(status="x"),
        line()[:-9],
    ]
    (tmp_path / "a-1.jsonl").write_bytes("\n".join([*bad, line(), line()]).encode() + b"\n\xff\xfe\n{")
    (tmp_path / "b-1.jsonl").mkdir()
    (tmp_path / "notes.txt").write_text(line())
    assert len(Folder(tmp_path, KNOWN).reports()) == 2
    assert Folder(tmp_path / "gone", KNOWN).reports() == []


def test_every_exercise_of_the_course_is_known_with_its_slips_sentences():
    table = catalogue.exercises()
    slips = table["kl_divergence"]["slips"]
    assert table["kl_divergence"]["lesson"] == "04_elbo" and slips and all(slips.values())
