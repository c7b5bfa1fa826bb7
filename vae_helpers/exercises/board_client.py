"""What a check tells the teacher's board, where the teacher has switched one on; otherwise nothing leaves this kernel.

The environment variable VAE_BOARD holds the board's address, or a folder, for a class without a server. A report is
the exercise, the verdict and the name of the slip: never a word of the answer, and no name. It is sent by a thread of
its own, and a board that is slow, full or gone is passed over, so no check waits for it.
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

from vae_helpers.exercises.cards import Verdict

PATIENCE = 5.0  # seconds that the thread waits for the board; nothing else waits
AT_EXIT = 0.2  # seconds that the end of the process waits for the last reports
_waiting = queue.Queue(50)
_lock = threading.Lock()
_thread = None


def board():
    """The board's address or folder; "" where there is none."""
    return os.environ.get("VAE_BOARD", "").strip()


def report(status, exercise="", slip=""):
    """Tell the board, if there is one, without waiting. status: a verdict's, or "here", "help", "no help"."""
    if board():
        line = json.dumps({"time": time.time(), "status": status, "exercise": exercise, "slip": slip})
        with contextlib.suppress(queue.Full, RuntimeError):  # RuntimeError: no thread can be had
            _waiting.put_nowait((board(), line.encode()))
            _start()


def _start():
    global _thread
    with _lock:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_deliver, args=(_waiting,), name="vae-board", daemon=True)
            _thread.start()


def _deliver(waiting):
    while True:
        where, line = waiting.get()
        with contextlib.suppress(Exception):  # a lost report is no matter for the learner
            (_post if where.startswith(("http://", "https://")) else _append)(where, line)
        waiting.task_done()


def _post(address, line):
    headers = {
        "Authorization": f"token {os.environ.get('JUPYTERHUB_API_TOKEN', '')}",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(f"{address.rstrip('/')}/report", line, headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # the hub is near: no proxy between
    opener.open(request, timeout=PATIENCE).close()


def _append(folder, line):
    """Add a line to this kernel's own file, in one write, so that no line is ever mixed with another."""
    path = Path(folder).expanduser() / f"{_learner(folder)}-{os.getpid()}.jsonl"
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, line + b"\n")
    finally:
        os.close(file)


def _learner(folder):
    """Eight letters that stand for this user of this computer, the same in each kernel, and tell no name."""
    return hashlib.sha256(f"{folder}/{getpass.getuser()}@{platform.node()}".encode()).hexdigest()[:8]


@atexit.register
def _finish():
    end = time.monotonic() + AT_EXIT
    while _waiting.unfinished_tasks and time.monotonic() < end:
        time.sleep(0.01)


# --- what the learner sees of it ---


def told(exercise, verdict):
    """The verdict; where there is a board, one that was reported to it, and says so."""
    if not board():
        return verdict
    report(verdict.status, exercise, verdict.slip)
    return ReportedVerdict(verdict.status, verdict.message, verdict.slip, exercise)


@dataclass(frozen=True, repr=False)
class ReportedVerdict(Verdict):
    """A verdict that the teacher's board knows too, with a button that asks for help."""

    exercise: str = ""

    @property
    def notice(self):
        slip = ", which known mistake" if self.slip else ""
        name = "and your name" if os.environ.get("VAE_BOARD_NAME") else "not your name"
        return f"Your teacher's board is told: {self.exercise}, {self.look[1].lower()}{slip}, {name}; never your code."

    def __repr__(self):
        return f"{super().__repr__()}\n{self.notice}"

    def _repr_html_(self):
        return f'{super()._repr_html_()}<div style="padding: 0 1em; font-size: 0.9em">{self.notice}</div>'

    def _ipython_display_(self):
        from IPython.display import display

        display({"text/html": self._repr_html_(), "text/plain": repr(self)}, raw=True)
        if self.status != "correct":
            with contextlib.suppress(Exception):  # where no widgets can be had, the card alone
                display(help_button(self.exercise))


def help_button(exercise):
    """A button that asks the teacher for help with an exercise, and withdraws it when it is pressed again."""
    import ipywidgets

    button = ipywidgets.ToggleButton(description="Ask for help", layout={"width": "auto", "margin": "4px 0 0 1em"})

    def pressed(change):
        report("help" if change["new"] else "no help", exercise)
        button.description = "The teacher has been asked. Press again to withdraw" if change["new"] else "Ask for help"

    button.observe(pressed, "value")
    return button
