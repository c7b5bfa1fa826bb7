"""What has been done, kept from one kernel to the next: in the user's state folder, and nowhere else.

For each verdict one row: the course's folder, the exercise, when, the verdict's status, and the name of the slip; never
a word of the answer. Where the folder can't be written, or where VAE_PROGRESS is "off" (as in tests), the rows live in
memory.
"""

import contextlib
import os
import sqlite3
import time
from pathlib import Path

import platformdirs

TABLE = "CREATE TABLE IF NOT EXISTS verdicts (course TEXT, exercise TEXT, time REAL, status TEXT, slip TEXT)"
PATIENCE = 1.0  # seconds until another kernel's write has to be over
_memory = sqlite3.connect(":memory:", check_same_thread=False)


def state_file():
    """Where progress is kept: in the folder VAE_PROGRESS if that names one, else in the user's state folder."""
    folder = os.environ.get("VAE_PROGRESS") or platformdirs.user_state_dir("vae-course", appauthor=False)
    return Path(folder) / "progress.sqlite"


def course():
    """The course's folder, which the kernel was started in: two copies of the course have a progress each."""
    return str(Path.cwd())


@contextlib.contextmanager
def _database():
    """A connection in a transaction: to the file; where that can't be had, to memory."""
    kept = None
    if os.environ.get("VAE_PROGRESS") != "off":
        with contextlib.suppress(OSError, RuntimeError, sqlite3.Error):  # RuntimeError: no home folder can be found
            state_file().parent.mkdir(parents=True, exist_ok=True)
            kept = sqlite3.connect(state_file(), timeout=PATIENCE)
            kept.execute(TABLE)
            kept.execute("BEGIN IMMEDIATE")  # fails here, and not later, where the file can't be written
    try:
        with contextlib.closing(kept) if kept and kept.in_transaction else contextlib.nullcontext(_memory) as database:
            database.execute(TABLE)
            with database:
                yield database
    finally:
        if kept:
            kept.close()


def remember(exercise, verdict):
    """Keep a verdict, unless nothing has been attempted."""
    if verdict.status != "unattempted":
        row = (course(), exercise, time.time(), verdict.status, verdict.slip)
        with _database() as database:
            database.execute("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?)", row)


def recalled():
    """{exercise: (whether it was ever correct, number of attempts, name of the last slip)} of this course's folder."""
    query = "SELECT exercise, status, slip FROM verdicts WHERE course = ? ORDER BY time"
    with _database() as database:
        rows = database.execute(query, (course(),)).fetchall()
    found = {}
    for exercise, status, slip in rows:
        done, attempts, _ = found.get(exercise, (False, 0, ""))
        found[exercise] = (done or status == "correct", attempts + 1, slip)
    return found


def forget():
    """Forget what was done in this course's folder."""
    with _database() as database:
        database.execute("DELETE FROM verdicts WHERE course = ?", (course(),))
