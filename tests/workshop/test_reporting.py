"""The learner's side of the board: what is sent, what the card says, and that no check ever waits."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from vae_helpers.exercises import board_client, check

HALF = 0.2  # seconds: no check may take longer because of a board


def kl_divergence(z_mean, z_log_var):
    return 0.5 * np.sum(np.exp(z_log_var) + z_mean**2 - 1 - z_log_var, axis=-1)


def averaged(z_mean, z_log_var):
    secret = kl_divergence(z_mean, z_log_var)
    return secret.mean()


@pytest.fixture(autouse=True)
def a_queue_of_its_own(monkeypatch):
    monkeypatch.setattr(board_client, "_reports", board_client.queue.Queue(50))
    monkeypatch.setattr(board_client, "_thread", None)
    monkeypatch.setenv("VAE_PROGRESS", "off")


def delivered():
    """Wait until the thread has nothing left to do."""
    end = time.monotonic() + 10
    while board_client._reports.unfinished_tasks and time.monotonic() < end:
        time.sleep(0.01)


def lines(folder):
    return [json.loads(line) for path in folder.glob("*.jsonl") for line in path.read_text().splitlines()]


def test_without_a_board_nothing_is_sent_and_nothing_is_said(monkeypatch):
    monkeypatch.delenv("VAE_BOARD", raising=False)
    verdict = check(kl_divergence)
    assert type(verdict) is board_client.Verdict and board_client._reports.empty() and board_client._thread is None


def test_the_folder_gets_exercise_verdict_and_slip_and_not_a_word_of_code(monkeypatch, tmp_path):
    monkeypatch.setenv("VAE_BOARD", str(tmp_path))
    check(kl_divergence)
    wrong = check(averaged, "kl_divergence")
    delivered()
    assert [(each["exercise"], each["status"]) for each in lines(tmp_path)] == [
        ("kl_divergence", "correct"),
        ("kl_divergence", "wrong"),
    ]
    assert (
        lines(tmp_path)[1].keys() == {"time", "status", "exercise", "slip"} and lines(tmp_path)[1]["slip"] == wrong.slip
    )
    assert not any("secret" in path.read_text() for path in tmp_path.iterdir())


def test_the_card_says_what_the_board_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("VAE_BOARD", str(tmp_path))
    assert "board is told: kl_divergence, correct, not your name; never your code" in check(kl_divergence)._repr_html_()
    monkeypatch.setenv("VAE_BOARD_NAME", "1")
    assert "and your name" in repr(check(averaged, "kl_divergence"))


def test_the_button_asks_for_help_and_withdraws(monkeypatch, tmp_path):
    monkeypatch.setenv("VAE_BOARD", str(tmp_path))
    button = board_client.help_button("kl_divergence")
    button.value = True
    button.value = False
    delivered()
    assert [each["status"] for each in lines(tmp_path)] == ["help", "no help"]


def test_thirty_kernels_lines_are_never_mixed(tmp_path):
    threads = [
        threading.Thread(target=lambda: [board_client._append(str(tmp_path), b'{"a": 1}') for _ in range(20)])
        for _ in range(30)
    ]
    for each in (*threads, None):
        each and each.start()
    for each in threads:
        each.join()
    assert len(lines(tmp_path)) == 600


@pytest.fixture
def black_hole():
    """A board that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("board", ["black hole", "http://127.0.0.1:9", "http://", "http://[", "/no/such/folder", "\0"])
def test_a_dead_board_neither_breaks_nor_slows_a_check(board, black_hole, monkeypatch, tmp_path):
    check(kl_divergence)
    monkeypatch.setattr(board_client, "board_address", lambda: black_hole if board == "black hole" else board)
    start = time.perf_counter()
    for _ in range(200):  # more than the queue holds
        board_client.report_verdict("kl_divergence", board_client.Verdict("wrong", "No."))
    assert time.perf_counter() - start < HALF
    assert check(kl_divergence).status == "correct"


def test_the_end_of_the_process_waits_no_longer_than_it_says(black_hole, monkeypatch):
    monkeypatch.setattr(board_client, "board_address", lambda: black_hole)
    board_client.report("here")
    start = time.perf_counter()
    board_client._finish()
    assert time.perf_counter() - start < HALF + 0.2


def test_a_board_with_an_address_is_told_with_the_seats_token(monkeypatch):
    seen = []

    class Board(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Board)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("VAE_BOARD", f"http://127.0.0.1:{server.server_port}/services/board")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "a-token")
    check(kl_divergence)
    delivered()
    server.shutdown()
    ((path, token, sent),) = seen
    assert path == "/services/board/report" and token == "token a-token" and sent["status"] == "correct"
