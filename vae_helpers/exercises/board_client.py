"""Reports of checks to the teacher's board, where the teacher has switched one on; otherwise nothing is sent.

The environment variable VAE_BOARD holds the board's address, or a folder, for a class without a server. A report holds
the exercise, the verdict's status and the slip's name; it holds neither code nor a learner's name. A thread of its own
sends the reports, so no check waits for a board that is slow, full or gone.
"""

import atexit
import contextlib
import getpass
import hashlib
import json
import os
import platform
import queue
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from vae_helpers.exercises.cards import Verdict

PATIENCE = 5.0  # seconds that the thread waits for the board; nothing else waits
AT_EXIT = 0.2  # seconds that the end of the process waits for the last reports


class Report(NamedTuple):
    """A line of JSON, and the address or folder that it goes to."""

    board: str
    line: bytes


_reports: queue.Queue[Report] = queue.Queue(50)
_lock = threading.Lock()
_thread: threading.Thread | None = None


def board_address() -> str:
    """The board's address or folder; "" where there is none."""
    return os.environ.get("VAE_BOARD", "").strip()


def report(status: str, exercise: str = "", slip: str = "") -> None:
    """Send a report to the board, if there is one, without waiting.

    status: a verdict's, or "here", "help", "no help". A report that finds the queue full is dropped.
    """
    if board := board_address():
        line = json.dumps({"time": time.time(), "status": status, "exercise": exercise, "slip": slip})
        with contextlib.suppress(queue.Full, RuntimeError):  # RuntimeError: no thread can be had
            _reports.put_nowait(Report(board, line.encode()))
            _start()


def _start() -> None:
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_deliver, args=(_reports,), name="vae-board", daemon=True)
            _thread.start()


def _deliver(reports: queue.Queue[Report]) -> None:
    while True:
        board, line = reports.get()
        with contextlib.suppress(Exception):  # a lost report is no matter for the learner
            (_post if board.startswith(("http://", "https://")) else _append)(board, line)
        reports.task_done()


def _post(address: str, line: bytes) -> None:
    headers = {
        "Authorization": f"token {os.environ.get('JUPYTERHUB_API_TOKEN', '')}",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(f"{address.rstrip('/')}/report", line, headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the hub is near: no proxy between
    opener.open(request, timeout=PATIENCE).close()


def _append(folder: str, line: bytes) -> None:
    """Add a line to this kernel's own file, in one write, so that no line is ever mixed with another."""
    path = Path(folder).expanduser() / f"{_learner(folder)}-{os.getpid()}.jsonl"
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, line + b"\n")
    finally:
        os.close(file)


def _learner(folder: str) -> str:
    """Eight letters for this user of this computer: the same in each kernel, and no name can be read from them."""
    return hashlib.sha256(f"{folder}/{getpass.getuser()}@{platform.node()}".encode()).hexdigest()[:8]


@atexit.register
def _finish() -> None:
    end = time.monotonic() + AT_EXIT
    while _reports.unfinished_tasks and time.monotonic() < end:
        time.sleep(0.01)


# --- what the learner sees of it ---


def report_verdict(exercise: str, verdict: Verdict) -> Verdict:
    """Report a verdict where there is a board, and return one whose card says so; elsewhere the verdict as it is."""
    if not board_address():
        return verdict
    report(verdict.status, exercise, verdict.slip)
    return ReportedVerdict(verdict.status, verdict.message, verdict.slip, exercise)


@dataclass(frozen=True, repr=False)
class ReportedVerdict(Verdict):
    """A verdict that was reported to the board. Its card says so, and has a button that asks for help."""

    exercise: str = ""

    @property
    def notice(self) -> str:
        """The sentence that says what was reported."""
        slip = ", which known mistake" if self.slip else ""
        name = "and your name" if os.environ.get("VAE_BOARD_NAME") else "not your name"
        return f"Your teacher's board is told: {self.exercise}, {self.look[1].lower()}{slip}, {name}; never your code."

    def __repr__(self) -> str:
        return f"{super().__repr__()}\n{self.notice}"

    def _repr_html_(self) -> str:
        return f'{super()._repr_html_()}<div style="padding: 0 1em; font-size: 0.9em">{self.notice}</div>'

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/html": self._repr_html_(), "text/plain": repr(self)}, raw=True)
        if self.status != "correct":
            with contextlib.suppress(Exception):  # where no widgets can be had, the card alone
                display(help_button(self.exercise))


def help_button(exercise: str) -> Any:
    """A button (ipywidgets) that asks the teacher for help with an exercise, and withdraws that when pressed again."""
    import ipywidgets

    button = ipywidgets.ToggleButton(description="Ask for help", layout={"width": "auto", "margin": "4px 0 0 1em"})

    def on_press(change):
        report("help" if change["new"] else "no help", exercise)
        button.description = "The teacher has been asked. Press again to withdraw" if change["new"] else "Ask for help"

    button.observe(on_press, "value")
    return button
