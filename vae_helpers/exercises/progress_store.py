"""The verdicts of past checks, stored from one kernel to the next in the user's state folder, and nowhere else.

Each verdict is one row: the course's folder, the exercise, the time, the verdict's status, and the slip's name. A row
holds none of the answer's code. Where the folder can't be written, or where VAE_PROGRESS is "off" (as in tests), the
rows are held in memory.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import platformdirs

from vae_helpers.exercises.cards import Verdict

TABLE = "CREATE TABLE IF NOT EXISTS verdicts (course TEXT, exercise TEXT, time REAL, status TEXT, slip TEXT)"
PATIENCE = 1.0  # seconds until another kernel's write has to be over
_memory = sqlite3.connect(":memory:", check_same_thread=False)


class Record(NamedTuple):
    """The past of one exercise: whether it was ever correct, the number of attempts, the name of the last slip."""

    solved: bool = False
    attempts: int = 0
    last_slip: str = ""


def state_file() -> Path:
    """The database's path: in the folder VAE_PROGRESS if that names one, else in the user's state folder."""
    folder = os.environ.get("VAE_PROGRESS") or platformdirs.user_state_dir("vae-course", appauthor=False)
    return Path(folder) / "progress.sqlite"


def course() -> str:
    """The course's folder, which the kernel was started in: each copy of the course has its own progress."""
    return str(Path.cwd())


@contextlib.contextmanager
def _database() -> Iterator[sqlite3.Connection]:
    """A connection in a transaction: to the file, or to memory where the file can't be opened or written."""
    file = None
    if os.environ.get("VAE_PROGRESS") != "off":
        with contextlib.suppress(OSError, RuntimeError, sqlite3.Error):  # RuntimeError: no home folder can be found
            state_file().parent.mkdir(parents=True, exist_ok=True)
            file = sqlite3.connect(state_file(), timeout=PATIENCE)
            file.execute(TABLE)
            file.execute("BEGIN IMMEDIATE")  # fails here, and not later, where the file can't be written
    try:
        with contextlib.closing(file) if file and file.in_transaction else contextlib.nullcontext(_memory) as database:
            database.execute(TABLE)
            with database:
                yield database
    finally:
        if file:
            file.close()


def save_verdict(exercise: str, verdict: Verdict) -> None:
    """Store a verdict, unless nothing has been attempted."""
    if verdict.status != "unattempted":
        row = (course(), exercise, time.time(), verdict.status, verdict.slip)
        with _database() as database:
            database.execute("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?)", row)


def load_records() -> dict[str, Record]:
    """{exercise: its record} of all exercises that were attempted in this course's folder."""
    query = "SELECT exercise, status, slip FROM verdicts WHERE course = ? ORDER BY time"
    with _database() as database:
        rows = database.execute(query, (course(),)).fetchall()
    records: dict[str, Record] = {}
    for exercise, status, slip in rows:
        before = records.get(exercise, Record())
        records[exercise] = Record(before.solved or status == "correct", before.attempts + 1, slip)
    return records


def delete_records() -> None:
    """Delete all verdicts of this course's folder."""
    with _database() as database:
        database.execute("DELETE FROM verdicts WHERE course = ?", (course(),))
