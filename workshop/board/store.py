"""Where reports are kept: in an SQLite file, for a hub; or in a folder that learners' computers write to."""

import contextlib
import json
import math
import sqlite3
from dataclasses import replace
from pathlib import Path

from board.reports import LONGEST, Report, read_report

TABLE = "CREATE TABLE IF NOT EXISTS reports (time REAL, seat TEXT, exercise TEXT, status TEXT, slips TEXT)"
MOST_BYTES = 1_000_000  # of one learner's file that are read


class Database:
    """Reports in an SQLite file, in write-ahead mode: the page is read while reports come in."""

    def __init__(self, path):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.execute(TABLE)

    def add(self, report):
        row = (report.time, report.seat, report.exercise, report.status, json.dumps(report.slips))
        self.connection.execute("INSERT INTO reports VALUES (?, ?, ?, ?, ?)", row)

    def reports(self):
        rows = self.connection.execute("SELECT * FROM reports ORDER BY time").fetchall()
        return [Report(*row[:4], tuple(json.loads(row[4]))) for row in rows]


class Folder:
    """Reports in a folder: each kernel adds lines to a file of its own, named <learner>-<kernel>.jsonl."""

    def __init__(self, path, known):
        self.path, self.known = Path(path), known

    def reports(self):
        found = [each for file in self.path.glob("*.jsonl") for each in self.of_file(file)]
        found.sort(key=lambda each: each.time)
        numbers = {seat: number for number, seat in enumerate(dict.fromkeys(each.seat for each in found), 1)}
        return [replace(each, seat=f"seat {numbers[each.seat]}") for each in found]

    def of_file(self, file):
        """The reports in one file; lines that are none, or only half there, are passed over."""
        text = b""
        with contextlib.suppress(OSError), file.open("rb") as opened:
            text = opened.read(MOST_BYTES)
        for line in text.splitlines():
            with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError, OverflowError):
                sent = json.loads(line[:LONGEST])
                report = read_report(sent, file.name.partition("-")[0], float(sent["time"]), self.known)
                if report and math.isfinite(report.time):
                    yield report
