"""Where the digits come from: Keras's cache, the network and the spare folder, and every way in which they can fail.

No test needs MNIST or the network, or touches the user's cache. A server on this machine publishes a few made-up
digits, and the addresses and digests in vae_helpers.data are pointed at them.
"""

import gzip
import hashlib
import http.server
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from vae_helpers import data
from vae_helpers.data import DigitsError, load_digits

REAL = os.environ.get("VAE_DIGITS", "")  # before the fixtures hide it
STROKES = (("stroke", "digits"), ("stand", "in"))  # told apart from any loaded arrays
PAGE = b"<!DOCTYPE html>\n<html><body>Please log in to use this network.</body></html>"
NOBODY = "http://127.0.0.1:9/"  # nothing answers there


# --- made-up digits, and a server that publishes them ---


def npz_bytes(save=np.savez, **arrays):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


def idx_gz(array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes(), 1)


RNG = np.random.default_rng(0)
DIGITS = {
    "x_train": RNG.integers(0, 256, (1000, 28, 28), dtype=np.uint8),
    "y_train": np.arange(1000, dtype=np.uint8) % 10,
    "x_test": RNG.integers(0, 256, (100, 28, 28), dtype=np.uint8),
    "y_test": np.arange(100, dtype=np.uint8) % 10,
}
MNIST_FILE, COMPRESSED = npz_bytes(**DIGITS), npz_bytes(np.savez_compressed, **DIGITS)
FASHION_FILES = {name: idx_gz(array) for name, array in zip(data.FASHION_MD5, DIGITS.values(), strict=True)}
PUBLISHED = {
    "MNIST_SHA256": hashlib.sha256(MNIST_FILE).hexdigest(),
    "MNIST_ARRAYS": {name: hashlib.sha256(array).hexdigest() for name, array in DIGITS.items()},
    "FASHION_MD5": {name: hashlib.md5(content).hexdigest() for name, content in FASHION_FILES.items()},
}


class Server(http.server.ThreadingHTTPServer):
    """Publishes ``files`` (name: bytes). ``send(handler, content)`` writes a body; ``asked``: the names, in order."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.asked = {"mnist.npz": MNIST_FILE, **FASHION_FILES}, []
        self.send = lambda handler, content: handler.wfile.write(content)

    def handle_error(self, request, client_address):
        pass  # a client that hangs up, as the tests' clients do


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path[1:]
        self.server.asked.append(name)
        content = self.server.files.get(name)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.server.send(self, content)

    def log_message(self, *args):
        pass


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """An empty cache, no VAE_DIGITS, and an address where nothing answers; the stroke digits are not really drawn."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("VAE_DIGITS", raising=False)
    stand_ins = {"ADDRESS": NOBODY, "FALLBACK_CACHE": tmp_path / "spare", "_load_stroke_digits": lambda: STROKES}
    for name, value in {**PUBLISHED, **stand_ins}.items():
        monkeypatch.setattr(data, name, value)


@pytest.fixture
def server(monkeypatch):
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setattr(data, "ADDRESS", f"http://127.0.0.1:{server.server_port}/")
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cached(tmp_path):
    """The place of mnist.npz in the cache, its folder made."""
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    return tmp_path / "keras" / "datasets" / "mnist.npz"


def assert_made_up(digits):
    (x_train, y_train), (x_test, y_test) = digits
    for array, made_up in zip((x_train, y_train, x_test, y_test), DIGITS.values(), strict=True):
        assert array.dtype == np.uint8 and array.flags.writeable
        np.testing.assert_array_equal(array, made_up)


def printed_lines(capsys):
    """Lines on stdout; stderr must be empty."""
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out.splitlines()


# --- the cache and the network ---


@pytest.mark.parametrize("source", ["mnist", "auto", "fashion_mnist"])
def test_a_source_is_fetched_once_for_all_to_read_and_then_comes_from_the_cache(server, monkeypatch, capsys, source):
    assert_made_up(load_digits(source))
    assert [line.split()[:2] for line in printed_lines(capsys)] == [
        ["Downloading", data.ADDRESS + name] for name in server.asked
    ]
    files = [path for path in (Path(os.environ["KERAS_HOME"]) / "datasets").rglob("*") if path.is_file()]
    assert {path.name: path.read_bytes() for path in files} == {name: server.files[name] for name in server.asked}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o644}
    monkeypatch.setattr(data, "ADDRESS", NOBODY)
    assert_made_up(load_digits(source))
    assert capsys.readouterr() == ("", "")


def test_a_cached_file_of_other_making_with_mnists_arrays_is_taken(cached, capsys):
    cached.write_bytes(COMPRESSED)
    assert_made_up(load_digits("mnist"))
    assert capsys.readouterr() == ("", "")


CACHE_FAULTS = {
    "truncated": (MNIST_FILE[:-1], "is truncated"),
    "web page": (PAGE, "is a web page"),
    "labels changed": (npz_bytes(**{**DIGITS, "y_test": DIGITS["y_test"][::-1]}), "array 'y_test' has been altered"),
    "directory": (None, "can't be read .*directory"),
}


@pytest.mark.parametrize(("content", "message"), CACHE_FAULTS.values(), ids=CACHE_FAULTS)
def test_a_bad_cached_file_is_said_and_gives_way_to_a_good_one(cached, server, capsys, monkeypatch, content, message):
    cached.write_bytes(content) if content else cached.mkdir()
    with monkeypatch.context() as without_network:
        without_network.setattr(data, "ADDRESS", NOBODY)
        with pytest.raises(DigitsError, match=f"In the cache, .*{message}.*can't be fetched .*Give load_digits"):
            load_digits("mnist")
        assert load_digits() is STROKES
        (line,) = printed_lines(capsys)
        assert line.startswith("Using the stroke digits") and str(cached) in line
    if not cached.is_dir():
        assert_made_up(load_digits("mnist"))
        (line,) = printed_lines(capsys)
        assert line.startswith(f"In the cache, {cached}") and "Downloading" in line
        assert cached.read_bytes() == MNIST_FILE
    assert os.listdir(cached.parent) == [cached.name]  # nothing unfinished


def test_of_fashion_mnist_only_the_bad_file_is_fetched_anew(server, capsys, monkeypatch):
    load_digits("fashion_mnist")
    bad = Path(os.environ["KERAS_HOME"]) / "datasets" / "fashion-mnist" / "train-labels-idx1-ubyte.gz"
    bad.write_bytes(idx_gz(DIGITS["y_train"][::-1]))
    with monkeypatch.context() as without_network:
        without_network.setattr(data, "ADDRESS", NOBODY)
        with pytest.raises(DigitsError, match=f"{bad} is not the published file.*can't be fetched"):
            load_digits("fashion_mnist")
    server.asked.clear()
    capsys.readouterr()
    assert_made_up(load_digits("fashion_mnist"))
    assert server.asked == [bad.name]
    (line,) = printed_lines(capsys)
    assert f"{bad} is not the published file" in line


@pytest.mark.parametrize("source", ["mnist", "fashion_mnist"])
def test_no_network_is_soon_an_error_for_a_named_source_and_the_strokes_for_none(monkeypatch, capsys, source):
    start = time.monotonic()
    with pytest.raises(DigitsError, match=r"can't be fetched .*Connection refused.*Give load_digits"):
        load_digits(source)
    assert load_digits() is STROKES
    assert time.monotonic() - start < 5
    (line,) = printed_lines(capsys)
    assert line.startswith("Using the stroke digits (synthetic") and "can't be fetched" in line


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:99999", "http://127.0.0.1:x", "http://a..b", "socks5://a", "{}"])
def test_an_odd_proxy_is_one_line_and_the_strokes(monkeypatch, capsys, server, proxy):
    monkeypatch.setattr(Handler, "do_GET", lambda handler: handler.wfile.write(b"SSH-2.0-hello\r\n"))
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("http_proxy", proxy.format(data.ADDRESS))
    assert load_digits() is STROKES
    (line,) = printed_lines(capsys)
    assert line.startswith("Using the stroke digits") and "can't be fetched" in line


def hang_up_half_way(handler, content):
    handler.wfile.write(content[: len(content) // 2])


def fall_silent_half_way(handler, content):
    hang_up_half_way(handler, content)
    time.sleep(1.5)


BAD_SERVERS = {
    "not found": (None, None, "can't be fetched .*Not Found"),
    "web page": (PAGE, None, "can't be fetched .*hash"),
    "hangs up": (MNIST_FILE, hang_up_half_way, "can't be fetched .*IncompleteRead"),
    "falls silent": (MNIST_FILE, fall_silent_half_way, "can't be fetched .*timed out"),
}


@pytest.mark.parametrize(("content", "send", "message"), BAD_SERVERS.values(), ids=BAD_SERVERS)
@pytest.mark.parametrize("old", [None, PAGE], ids=["empty cache", "bad cache"])
def test_a_fetch_that_fails_leaves_the_cache_as_it_was(cached, server, monkeypatch, content, send, message, old):
    monkeypatch.setattr(data, "TIMEOUTS", 0.5)
    if old:
        cached.write_bytes(old)
    with monkeypatch.context() as bad:
        bad.setitem(server.files, "mnist.npz", content)
        bad.setattr(server, "send", send or server.send)
        with pytest.raises(DigitsError, match=message):
            load_digits("mnist")
        assert load_digits() is STROKES
    assert [path.read_bytes() for path in cached.parent.iterdir()] == [old] * bool(old)
    assert_made_up(load_digits("mnist"))  # and the next one succeeds


def test_where_no_home_can_be_found_or_written_the_spare_folder_serves(server, monkeypatch, tmp_path):
    pwd = pytest.importorskip("pwd")
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))  # no folder can be made in a file, not by root either
    assert_made_up(load_digits("mnist"))
    assert [path.name for path in (tmp_path / "spare" / "datasets").iterdir()] == ["mnist.npz"]
    for variable in ("KERAS_HOME", "HOME"):
        monkeypatch.delenv(variable)
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)  # as for a user without an entry
    monkeypatch.chdir(tmp_path)
    assert_made_up(load_digits("mnist"))
    assert server.asked == ["mnist.npz"]
    assert not (tmp_path / "~").exists()
    monkeypatch.setattr(data, "FALLBACK_CACHE", tmp_path / "file")
    with pytest.raises(DigitsError, match="can't be fetched .*file/datasets"):
        load_digits("mnist")


# --- other processes ---

CHILD = """
import json, sys
from pathlib import Path
from vae_helpers import data
for name, value in json.loads(sys.argv[1]).items():
    setattr(data, name, value)
data.TIMEOUTS, data.FALLBACK_CACHE = 300, Path(data.FALLBACK_CACHE)
exec(sys.argv[2])
"""
LOAD_MNIST = "print('sum', int(data.load_digits('mnist')[0][0].sum()))"


def start_child(code):
    settings = {"ADDRESS": data.ADDRESS, "FALLBACK_CACHE": str(data.FALLBACK_CACHE), **PUBLISHED}
    command = [sys.executable, "-c", CHILD, json.dumps(settings), code]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def output_of(child):
    out, err = child.communicate(timeout=300)
    assert (child.returncode, err) == (0, "")
    return out


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_two_processes_fetch_at_once_and_a_killed_one_leaves_nothing_that_is_taken_for_good(cached, server):
    """Three ask for the file, none gets more than half of it before all have asked, and one is killed then."""
    killed = threading.Event()

    def send(handler, content):
        hang_up_half_way(handler, content)
        handler.wfile.flush()
        assert killed.wait(200)
        handler.wfile.write(content[len(content) // 2 :])

    server.send = send
    children = [start_child(LOAD_MNIST) for _ in range(3)]
    deadline = time.monotonic() + 200
    while len(server.asked) < 3 or len(os.listdir(cached.parent)) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with children[0] as first:
        first.kill()
    assert not cached.exists()
    killed.set()
    for child in children[1:]:
        assert f"sum {DIGITS['x_train'].sum()}" in output_of(child)
    assert cached.read_bytes() == MNIST_FILE
    assert len(os.listdir(cached.parent)) == 2  # the killed one's unfinished file beside it, under a name of its own


def test_a_local_file_costs_neither_tensorflow_nor_scipy_nor_the_network(tmp_path):
    (tmp_path / "digits.npz").write_bytes(MNIST_FILE)
    code = f"data.load_digits({str(tmp_path / 'digits.npz')!r})\n"
    code += "print(set(sys.modules) & {'keras', 'tensorflow', 'scipy', 'pooch', 'requests', 'urllib.request'})"
    assert output_of(start_child(code)) == "set()\n"


# --- the real MNIST, where there is one ---


@pytest.mark.skipif(not REAL.endswith(".npz"), reason="needs VAE_DIGITS to name MNIST's file")
def test_the_real_mnist_in_the_cache_is_taken(cached, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("KERAS_HOME", str(cached.parent.parent))
    monkeypatch.setattr(data, "ADDRESS", NOBODY)
    shutil.copy(REAL, cached)
    (x_train, y_train), (x_test, y_test) = load_digits("mnist")
    assert (x_train.shape, y_train.shape) == ((60000, 28, 28), (60000,))
    assert (x_test.shape, y_test.shape) == ((10000, 28, 28), (10000,))
