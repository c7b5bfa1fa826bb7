"""The digits from every source, and every way in which they can fail to be had, tried with real files and servers.

No test needs MNIST or the network, or touches the user's cache. A server on this machine publishes a few made-up
digits, and the addresses and digests in vae_helpers.data are pointed at them.
"""

import gzip
import hashlib
import http.server
import io
import json
import os
import pickle
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from vae_helpers import data, files
from vae_helpers.data import DigitsError, load_digits

REAL = os.environ.get("VAE_DIGITS", "")  # before the fixtures hide it
NAMES = ("x_train", "y_train", "x_test", "y_test")
STROKES = (("stroke", "digits"), ("stand", "in"))  # told apart from any loaded arrays


# --- made-up digits, and a server that publishes them ---


def made_up_digits():
    rng = np.random.default_rng(0)
    images = {name: rng.integers(0, 256, (n, 28, 28), dtype=np.uint8) for name, n in (("x_train", 40), ("x_test", 20))}
    labels = {name: np.arange(n, dtype=np.uint8) % 10 for name, n in (("y_train", 40), ("y_test", 20))}
    return {name: {**images, **labels}[name] for name in NAMES}


def npz_bytes(save=np.savez, **arrays):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


def idx_gz(array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes())


def sha256(content):
    return hashlib.sha256(content).hexdigest()


DIGITS = made_up_digits()
MNIST_FILE = npz_bytes(**DIGITS)
FASHION_FILES = {
    name: idx_gz(DIGITS[array])
    for name, array in zip(data.FASHION_MD5, ("x_train", "y_train", "x_test", "y_test"), strict=True)
}
PAGE = b"<!DOCTYPE html>\n<html><body>Please log in to use this network.</body></html>"


def whole(handler, content):
    handler.wfile.write(content)


class Server(http.server.ThreadingHTTPServer):
    """Publishes ``files`` (name: bytes). ``send(handler, content)`` writes a body; ``asked``: the names, in order."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {"mnist.npz": MNIST_FILE, **FASHION_FILES}
        self.asked = []
        self.send = whole

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/"

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


def published():
    """The constants of vae_helpers.data that describe what the server publishes."""
    return {
        "MNIST_SHA256": sha256(MNIST_FILE),
        "MNIST_ARRAYS": {name: sha256(array.tobytes()) for name, array in DIGITS.items()},
        "FASHION_MD5": {name: hashlib.md5(content).hexdigest() for name, content in FASHION_FILES.items()},
    }


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """An empty cache, no VAE_DIGITS, and an address where nothing answers; the stroke digits are not really drawn."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("VAE_DIGITS", raising=False)
    monkeypatch.setattr(data, "ADDRESS", "http://127.0.0.1:9/")
    monkeypatch.setattr(data, "load_stroke_digits", lambda: STROKES)
    for name, value in published().items():
        monkeypatch.setattr(data, name, value)


@pytest.fixture
def server(monkeypatch):
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setattr(data, "ADDRESS", server.address)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cached():
    """The place of mnist.npz in the cache, its folder made."""
    files.datasets_folder().mkdir(parents=True)
    return files.datasets_folder() / "mnist.npz"


def assert_made_up(digits):
    (x_train, y_train), (x_test, y_test) = digits
    for name, array in zip(NAMES, (x_train, y_train, x_test, y_test), strict=True):
        assert array.dtype == np.uint8
        np.testing.assert_array_equal(array, DIGITS[name])


def cache_contents():
    """The names of all files and folders in the cache's folder."""
    folder = files.datasets_folder()
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def printed_lines(capsys):
    """Lines on stdout without what Keras prints about a download; stderr must be empty."""
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.replace("\b", "").splitlines()
    return [line for line in lines if line.strip() and "Downloading data" not in line and "step" not in line]


# --- faults: each makes a bad file of good bytes ---


class Canary:
    """Pickled so that unpickling it leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def changed(**arrays):
    return lambda path: path.write_bytes(npz_bytes(**{**DIGITS, **arrays}))


def with_bytes(content):
    return lambda path: path.write_bytes(content)


def write_pickled_npz(path):
    evil = np.array([Canary(path.with_name("canary"))], dtype=object)
    path.write_bytes(npz_bytes(**{**DIGITS, "x_train": evil}))


def write_pickle(path):
    path.write_bytes(pickle.dumps(Canary(path.with_name("canary"))))


def write_npy(path):
    with open(path, "wb") as file:
        np.save(file, DIGITS["x_train"])


def write_other_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        for name in NAMES:
            archive.writestr(name, "not an array")


def altered(content, place, flip=0x40):
    return content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]


COMPRESSED = npz_bytes(np.savez_compressed, **DIGITS)
FAULTS = {
    "empty": (with_bytes(b""), "is empty"),
    "truncated": (with_bytes(MNIST_FILE[: len(MNIST_FILE) // 2]), "is truncated"),
    "truncated by a byte": (with_bytes(MNIST_FILE[:-1]), "is truncated"),
    "altered": (with_bytes(altered(MNIST_FILE, 10_000)), "is damaged .*CRC"),
    "altered, compressed": (with_bytes(altered(COMPRESSED, 10_000)), "is damaged"),
    "web page": (with_bytes(PAGE), "is a web page"),
    "text": (with_bytes(b"x_train, y_train"), "is not an .npz file"),
    "npy": (write_npy, "is not an .npz file"),
    "pickle": (write_pickle, "is not an .npz file"),
    "pickled npz": (write_pickled_npz, "holds pickled Python objects, which are never loaded"),
    "zip of texts": (write_other_zip, "not a numpy array"),
    "directory": (Path.mkdir, "is a directory"),
    "wrong keys": (with_bytes(npz_bytes(images=DIGITS["x_train"])), "has no array 'x_train'; it holds images"),
    "flat images": (changed(x_test=DIGITS["x_test"].reshape(20, 784)), r"x_test .*shape \(n, 28, 28\).*\(20, 784\)"),
    "small images": (changed(x_train=DIGITS["x_train"][:, :8, :8]), r"x_train .*\(40, 8, 8\)"),
    "float images": (changed(x_train=DIGITS["x_train"] / 255), "x_train must be uint8, but has dtype float64"),
    "float labels": (changed(y_test=DIGITS["y_test"] / 1), "y_test must hold integers, but has dtype float64"),
    "one-hot labels": (changed(y_test=np.eye(10, dtype=int)[DIGITS["y_test"]]), r"y_test .*\(20, 10\)"),
    "unequal lengths": (changed(y_train=DIGITS["y_train"][:-1]), r"y_train .*each of 40 images.*\(39,\)"),
    "no images": (changed(x_test=DIGITS["x_test"][:0], y_test=DIGITS["y_test"][:0]), "x_test is empty"),
    "label -1": (changed(y_test=DIGITS["y_test"].astype(int) - 1), "labels from 0 to 9, but holds -1 to 8"),
    "label 10": (changed(y_train=DIGITS["y_train"] + np.uint8(1)), "labels from 0 to 9, but holds 1 to 10"),
}
every_fault = pytest.mark.parametrize(("write", "message"), FAULTS.values(), ids=FAULTS)


# --- files named by path ---


def test_a_file_named_by_path_is_loaded_and_nothing_is_printed(tmp_path, capsys):
    path = tmp_path / "digits.npz"
    path.write_bytes(npz_bytes(np.savez_compressed, **DIGITS, more=np.ones(3)))
    assert_made_up(load_digits(path))
    assert_made_up(load_digits(str(path)))
    assert capsys.readouterr() == ("", "")


def test_a_file_named_by_path_may_hold_other_digits_and_other_integers_as_labels(tmp_path):
    path = tmp_path / "digits.npz"
    own = {**DIGITS, "x_train": DIGITS["x_train"][:7] ^ 1, "y_train": DIGITS["y_train"][:7].astype(np.int64)}
    path.write_bytes(npz_bytes(**own))
    (x_train, y_train), _ = load_digits(path)
    np.testing.assert_array_equal(x_train, own["x_train"])
    np.testing.assert_array_equal(y_train, own["y_train"])
    assert y_train.dtype == np.uint8


def test_vae_digits_names_a_file_or_a_source(tmp_path, monkeypatch, capsys):
    path = tmp_path / "digits.npz"
    path.write_bytes(MNIST_FILE)
    monkeypatch.setenv("VAE_DIGITS", str(path))
    assert_made_up(load_digits())
    monkeypatch.setenv("VAE_DIGITS", "strokes")
    assert load_digits() is STROKES
    assert capsys.readouterr() == ("", "")


def test_a_source_given_in_the_call_goes_before_vae_digits(tmp_path, monkeypatch):
    monkeypatch.setenv("VAE_DIGITS", str(tmp_path / "missing.npz"))
    assert load_digits("strokes") is STROKES


@every_fault
def test_a_bad_file_named_by_path_is_one_clear_error_and_stays_as_it_is(tmp_path, capsys, write, message):
    path = tmp_path / "mnist.npz"
    write(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(DigitsError, match=message) as raised:
        load_digits(path)
    assert str(path) in str(raised.value)
    assert str(raised.value).endswith(data.WAYS_OUT)
    assert raised.value.__suppress_context__  # one traceback, not one below another
    assert capsys.readouterr() == ("", "")
    assert not (tmp_path / "canary").exists()
    assert (path.read_bytes() if path.is_file() else None) == before


@every_fault
def test_a_bad_file_named_by_vae_digits_is_an_error_too(tmp_path, monkeypatch, server, write, message):
    write(tmp_path / "digits.npz")
    monkeypatch.setenv("VAE_DIGITS", str(tmp_path / "digits.npz"))
    with pytest.raises(DigitsError, match=f"VAE_DIGITS.*{message}"):
        load_digits()
    assert server.asked == []


def test_a_canary_would_have_told(tmp_path):
    write_pickle(tmp_path / "mnist.npz")
    pickle.loads((tmp_path / "mnist.npz").read_bytes())
    assert (tmp_path / "canary").exists()


@pytest.mark.parametrize("content", [MNIST_FILE, COMPRESSED], ids=["stored", "compressed"])
@pytest.mark.filterwarnings("ignore")
def test_no_damage_gets_through(tmp_path, content):
    """A file cut short anywhere, or with any one byte changed, is an error or still holds the same arrays."""
    rng = np.random.default_rng(0)
    spots = np.r_[0:200, -400:0, rng.integers(0, len(content), 100)]  # headers, the zip's directory, and between
    path = tmp_path / "mnist.npz"
    errors = 0
    for spot in spots:
        path.write_bytes(altered(content, spot % len(content), flip=int(rng.integers(1, 256))))
        errors += loads_or_fails(path)
    for length in rng.integers(0, len(content), 50):
        path.write_bytes(content[:length])
        assert loads_or_fails(path)
    assert errors > 150


def loads_or_fails(path):
    try:
        assert_made_up(load_digits(path))
    except DigitsError:
        return 1
    return 0


@pytest.mark.parametrize("source", ["mnst", "no/such/file.npz", "", "~/no/such/file.npz", 3, None, "a\0b"])
def test_an_unknown_source_is_an_error_that_names_the_sources(server, source):
    with pytest.raises(DigitsError, match="'mnist', 'fashion_mnist' .* 'strokes'"):
        load_digits(source)
    assert server.asked == []


def test_a_missing_file_is_named_in_full(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DigitsError, match=f"there is no file {tmp_path}/missing.npz"):
        load_digits("missing.npz")


# --- MNIST: cache and download ---


@pytest.mark.parametrize("source", ["mnist", "auto"])
def test_mnist_is_fetched_once_and_then_read_from_the_cache(server, monkeypatch, capsys, source):
    assert_made_up(load_digits(source))
    assert printed_lines(capsys) == []
    assert cache_contents() == ["mnist.npz"]
    assert (files.datasets_folder() / "mnist.npz").read_bytes() == MNIST_FILE
    monkeypatch.setattr(data, "ADDRESS", "http://127.0.0.1:9/")
    assert_made_up(load_digits(source))
    assert capsys.readouterr() == ("", "")


def test_a_cached_file_of_other_making_with_mnists_arrays_is_taken(cached, server, capsys):
    cached.write_bytes(COMPRESSED)
    assert_made_up(load_digits("mnist"))
    assert server.asked == []
    assert capsys.readouterr() == ("", "")


CACHE_FAULTS = {
    **FAULTS,
    "a pixel changed": (changed(x_test=DIGITS["x_test"] ^ np.uint8(1)), "is not MNIST: its array 'x_test'"),
    "a label changed": (changed(y_train=DIGITS["y_train"][::-1]), "is not MNIST: its array 'y_train'"),
}
every_cache_fault = pytest.mark.parametrize(("write", "message"), CACHE_FAULTS.values(), ids=CACHE_FAULTS)


@every_cache_fault
def test_a_bad_cached_file_is_fetched_anew_and_one_line_says_so(cached, server, capsys, write, message):
    if write is Path.mkdir:
        pytest.skip("a directory can't be replaced by a file: tested below")
    write(cached)
    assert_made_up(load_digits("mnist"))
    (line,) = printed_lines(capsys)
    assert line.startswith("In the cache, ") and line.endswith("It is fetched anew.") and str(cached) in line
    assert cached.read_bytes() == MNIST_FILE
    assert not cached.with_name("canary").exists()


@every_cache_fault
def test_a_bad_cached_file_without_a_network_is_an_error(cached, capsys, write, message):
    write(cached)
    with pytest.raises(DigitsError, match=f"{message}.*can't be reached"):
        load_digits("mnist")
    assert capsys.readouterr() == ("", "")
    assert not cached.with_name("canary").exists()


@every_cache_fault
def test_a_bad_cached_file_without_a_network_is_one_line_and_the_strokes_if_nothing_is_named(
    cached, capsys, write, message
):
    write(cached)
    assert load_digits() is STROKES
    (line,) = printed_lines(capsys)
    assert line.startswith("Using the stroke digits") and str(cached) in line


def test_a_directory_in_the_files_place_is_left_there_and_the_digits_still_load(cached, server, capsys):
    cached.mkdir()
    assert_made_up(load_digits("mnist"))
    first, second = printed_lines(capsys)
    assert "is a directory" in first
    assert "could not be kept" in second
    assert cache_contents() == ["mnist.npz"]


def test_no_network_is_one_line_and_the_strokes_quickly(capsys):
    start = time.monotonic()
    assert load_digits() is STROKES
    assert time.monotonic() - start < 5
    (line,) = printed_lines(capsys)
    assert line.startswith("Using the stroke digits (synthetic") and "can't be reached" in line
    assert cache_contents() == []


@pytest.mark.parametrize("source", ["mnist", "fashion_mnist"])
def test_no_network_is_an_error_for_a_named_source(monkeypatch, capsys, source):
    with pytest.raises(DigitsError, match=r"can't be reached .*Give load_digits"):
        load_digits(source)
    monkeypatch.setenv("VAE_DIGITS", source)
    with pytest.raises(DigitsError, match=r"VAE_DIGITS .*can't be reached"):
        load_digits()
    assert capsys.readouterr() == ("", "")
    assert cache_contents() == []


def hang_up_half_way(handler, content):
    handler.wfile.write(content[: len(content) // 2])


def fall_silent_half_way(handler, content):
    handler.wfile.write(content[: len(content) // 2])
    handler.wfile.flush()
    time.sleep(1.5)


BAD_SERVERS = {
    "not found": (None, None, "can't be reached .*Not Found"),
    "web page": (PAGE, None, "failed .*hash"),
    "another file": (altered(MNIST_FILE, 10_000), None, "failed .*hash"),
    "hangs up": (MNIST_FILE, hang_up_half_way, "failed .*"),
    "falls silent": (MNIST_FILE, fall_silent_half_way, "failed .*timed out"),
}
every_bad_server = pytest.mark.parametrize(("content", "send", "message"), BAD_SERVERS.values(), ids=BAD_SERVERS)


@every_bad_server
@pytest.mark.parametrize("old", [None, PAGE], ids=["empty cache", "bad cache"])
def test_a_fetch_that_fails_leaves_the_cache_as_it_was(server, monkeypatch, content, send, message, old):
    monkeypatch.setattr(files, "STALLED", 0.5)
    server.files["mnist.npz"] = content
    server.send = send or server.send
    if old:
        files.datasets_folder().mkdir(parents=True)
        (files.datasets_folder() / "mnist.npz").write_bytes(old)
    with pytest.raises(DigitsError, match=message):
        load_digits("mnist")
    assert cache_contents() == (["mnist.npz"] if old else [])
    if old:
        assert (files.datasets_folder() / "mnist.npz").read_bytes() == old
    server.files["mnist.npz"], server.send = MNIST_FILE, whole
    assert_made_up(load_digits("mnist"))  # and the next one succeeds


@every_bad_server
def test_a_fetch_that_fails_is_the_strokes_if_nothing_is_named(server, monkeypatch, capsys, content, send, message):
    monkeypatch.setattr(files, "STALLED", 0.5)
    server.files["mnist.npz"] = content
    server.send = send or server.send
    assert load_digits() is STROKES
    assert [line for line in printed_lines(capsys) if "Using the stroke digits" in line]


def test_a_server_that_never_answers_is_given_up_soon(monkeypatch):
    monkeypatch.setattr(files, "NO_ANSWER", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(data, "ADDRESS", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        start = time.monotonic()
        with pytest.raises(DigitsError, match="can't be reached .*timed out"):
            load_digits("mnist")
        assert time.monotonic() - start < 5


def test_a_download_leaves_the_process_as_it_was(server):
    before = socket.getdefaulttimeout()
    load_digits("mnist")
    assert socket.getdefaulttimeout() == before


@pytest.mark.parametrize("source", ["mnist", "fashion_mnist"])
def test_an_unwritable_cache_still_loads_and_says_so(server, monkeypatch, tmp_path, capsys, source):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))  # no folder can be made in a file, not by root either
    assert_made_up(load_digits(source))
    lines = printed_lines(capsys)
    assert len(lines) == {"mnist": 1, "fashion_mnist": 4}[source]
    assert all("could not be kept in" in line and "set KERAS_HOME" in line for line in lines)


def test_nowhere_to_write_at_all_is_an_error(server, monkeypatch, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file" / "tmp"))
    with pytest.raises(DigitsError, match="can't be saved anywhere"):
        load_digits("mnist")


# --- other processes ---

CHILD = """
import json, os, sys
from vae_helpers import data, files, strokes
files.STALLED = 300  # of a busy machine's two processes, one may be long in coming
settings, user, code = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
for name, value in settings.items():
    setattr(data, name, value)
if user:
    import scipy.interpolate  # before the rights to read it are gone
    os.setegid(user), os.seteuid(user)
exec(code)
"""
LOAD_MNIST = "print('sum', int(data.load_digits('mnist')[0][0].sum()))"


def start_child(code, user=0):
    settings = {"ADDRESS": data.ADDRESS, **published()}
    command = [sys.executable, "-c", CHILD, json.dumps(settings), str(user), code]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def output_of(child):
    out, err = child.communicate(timeout=300)
    assert (child.returncode, err) == (0, "")
    return out


def test_two_processes_that_fetch_at_once_both_succeed(server):
    """Each asks twice: whether there is a server, then for the file. No answer is completed before all four began."""
    all_asked = threading.Event()

    def send(handler, content):
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        if len(server.asked) == 4:
            all_asked.set()
        assert all_asked.wait(200)
        handler.wfile.write(content[len(content) // 2 :])

    server.send = send
    children = [start_child(LOAD_MNIST), start_child(LOAD_MNIST)]
    for child in children:
        assert f"sum {DIGITS['x_train'].sum()}" in output_of(child)
    assert len(server.asked) == 4
    assert cache_contents() == ["mnist.npz"]
    assert (files.datasets_folder() / "mnist.npz").read_bytes() == MNIST_FILE


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_a_fetch_killed_half_way_leaves_nothing_that_is_taken_for_good(server, capsys):
    half_way, all_over = threading.Event(), threading.Event()

    def send(handler, content):
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        if len(server.asked) == 2:
            half_way.set()
        all_over.wait(200)

    server.send = send
    with start_child(LOAD_MNIST) as child:
        assert half_way.wait(200)
        wait_for(lambda: list(files.datasets_folder().glob(f"{files.UNFINISHED}*/mnist.npz")))
        child.kill()
    all_over.set()
    assert child.returncode == -signal.SIGKILL
    assert not (files.datasets_folder() / "mnist.npz").exists()
    assert len(cache_contents()) == 1  # the private folder, which is nobody's now
    server.send = whole
    assert_made_up(load_digits("mnist"))
    assert printed_lines(capsys) == []
    assert (files.datasets_folder() / "mnist.npz").read_bytes() == MNIST_FILE


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def open_folder():
    """A folder that other users may read: pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="vae_helpers_test_"))
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


# Root may read and write everything, so a child of root's becomes another user before it tries.
ORDINARY_USER = 65534 if hasattr(os, "geteuid") and os.geteuid() == 0 else 0
posix_only = pytest.mark.skipif(os.name != "posix", reason="file permissions as POSIX has them")


@posix_only
def test_an_unreadable_file_is_a_clear_error(open_folder):
    path = open_folder / "mnist.npz"
    path.write_bytes(MNIST_FILE)
    path.chmod(0)
    code = f"""
try:
    data.load_digits({str(path)!r})
except data.DigitsError as error:
    print(error)
"""
    out = output_of(start_child(code, ORDINARY_USER))
    assert out.startswith(f"{path} can't be read (Permission denied). Give load_digits")


@posix_only
def test_a_read_only_cache_still_draws_the_strokes_and_says_so(open_folder, monkeypatch):
    (open_folder / "datasets").mkdir()
    (open_folder / "datasets").chmod(0o555)
    monkeypatch.setenv("KERAS_HOME", str(open_folder))
    monkeypatch.setenv("TMPDIR", "/tmp")
    code = "strokes.COUNTS = {'train': 6, 'test': 4}; print(data.load_digits('strokes')[0][0].shape)"
    lines = output_of(start_child(code, ORDINARY_USER)).splitlines()
    assert "could not be kept in" in lines[0] and "Permission denied" in lines[0]
    assert lines[1:] == ["(6, 28, 28)"]


def test_importing_the_module_costs_neither_tensorflow_nor_scipy():
    code = "import sys, vae_helpers.data; print([m for m in ('keras', 'tensorflow', 'scipy') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert (out.stdout.strip(), out.stderr) == ("[]", "")


# --- files.whole_file ---


def test_a_file_is_in_its_place_whole_or_not_at_all(tmp_path):
    path = tmp_path / "folder" / "file"
    with pytest.raises(KeyboardInterrupt), files.whole_file(path) as part:
        part.write_bytes(b"half")
        raise KeyboardInterrupt
    assert list(path.parent.iterdir()) == []
    with files.whole_file(path) as part:
        part.write_bytes(b"whole")
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert list(path.parent.iterdir()) == [path]


def test_what_killed_processes_left_is_removed_after_a_day(tmp_path):
    old, young = tmp_path / f"{files.UNFINISHED}old", tmp_path / f"{files.UNFINISHED}young"
    for folder, age in ((old, 25 * 3600), (young, 60)):
        folder.mkdir()
        (folder / "mnist.npz").write_bytes(b"half")
        os.utime(folder, times=(time.time() - age,) * 2)
    with files.whole_file(tmp_path / "file") as part:
        part.write_bytes(b"whole")
    assert sorted(tmp_path.iterdir()) == [young, tmp_path / "file"]


# --- Fashion-MNIST ---


def test_fashion_mnist_is_fetched_once_and_then_read_from_the_cache(server, monkeypatch, capsys):
    assert_made_up(load_digits("fashion_mnist"))
    assert sorted(path.name for path in (files.datasets_folder() / "fashion-mnist").iterdir()) == sorted(FASHION_FILES)
    assert printed_lines(capsys) == []
    monkeypatch.setattr(data, "ADDRESS", "http://127.0.0.1:9/")
    digits = load_digits("fashion_mnist")
    assert_made_up(digits)
    assert all(array.flags.writeable for pair in digits for array in pair)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("content", [PAGE, idx_gz(DIGITS["y_test"][::-1])], ids=["web page", "other labels"])
def test_of_fashion_mnist_only_the_bad_file_is_fetched_anew(server, capsys, content):
    load_digits("fashion_mnist")
    capsys.readouterr()
    bad = files.datasets_folder() / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz"
    bad.write_bytes(content)
    server.asked.clear()
    assert_made_up(load_digits("fashion_mnist"))
    assert set(server.asked) == {bad.name}
    (line,) = printed_lines(capsys)
    assert str(bad) in line and "fetched anew" in line


def idx(magic=(0, 0, 8, 1), lengths=(3,), values=b"abc"):
    return bytes(magic) + struct.pack(f">{len(lengths)}I", *lengths) + values


def test_an_idx_file_is_parsed(tmp_path):
    path = tmp_path / "idx.gz"
    path.write_bytes(gzip.compress(idx((0, 0, 8, 2), (2, 2), b"abcd")))
    array = data._read_idx(path, hashlib.md5(path.read_bytes()).hexdigest())
    np.testing.assert_array_equal(array, [[97, 98], [99, 100]])


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(idx())[:-9],
        idx(),
        *map(gzip.compress, [b"", idx()[:3], idx()[:6], idx(values=b"ab"), idx(values=b"abcd"), PAGE]),
        *map(gzip.compress, [idx((1, 0, 8, 1)), idx((0, 0, 9, 1)), idx((0, 0, 8, 2)), idx((0, 0, 8, 99))]),
    ],
)
def test_a_bad_idx_file_is_an_error_even_if_its_digest_agrees(tmp_path, content):
    path = tmp_path / "idx.gz"
    path.write_bytes(content)
    with pytest.raises(DigitsError, match="is not a gzipped IDX file"):
        data._read_idx(path, hashlib.md5(content).hexdigest())


# --- the real MNIST, where there is one ---


@pytest.mark.skipif(not REAL.endswith(".npz"), reason="needs VAE_DIGITS to name MNIST's file")
def test_the_real_mnist_in_the_cache_is_taken_and_one_changed_pixel_is_not(cached, monkeypatch, capsys):
    monkeypatch.undo()
    monkeypatch.setenv("KERAS_HOME", str(cached.parent.parent))
    monkeypatch.setattr(data, "ADDRESS", "http://127.0.0.1:9/")
    shutil.copy(REAL, cached)
    (x_train, y_train), (x_test, y_test) = load_digits("mnist")
    assert (x_train.shape, y_train.shape, x_test.shape, y_test.shape) == (
        (60000, 28, 28),
        (60000,),
        (10000, 28, 28),
        (10000,),
    )
    assert capsys.readouterr() == ("", "")
    x_test[5000, 14, 14] ^= 1
    cached.write_bytes(npz_bytes(x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test))
    with pytest.raises(DigitsError, match="'x_test' has been altered"):
        load_digits("mnist")


# --- from images to what a model eats ---


def test_preprocess_divides_grey_values_by_255_and_flattens():
    images = np.arange(2 * 784, dtype=np.uint8).reshape(2, 28, 28)
    rows = data.preprocess(images)
    assert (rows.shape, rows.dtype) == ((2, 784), np.float32)
    np.testing.assert_array_equal(rows, (images.reshape(2, 784) / 255).astype(np.float32))
    np.testing.assert_array_equal(rows, data.preprocess(images.astype(np.int64)))
    assert rows.min() == 0 and rows.max() == 1


def test_preprocess_keeps_the_values_of_images_in_0_to_1():
    images = np.random.default_rng(0).random((3, 28, 28))
    rows = data.preprocess(images)
    assert rows.dtype == np.float32
    np.testing.assert_array_equal(rows, images.reshape(3, 784).astype(np.float32))


def image(value, dtype=np.float32, shape=(2, 28, 28)):
    return np.full(shape, value, dtype)


@pytest.mark.parametrize(
    "images",
    [
        image(255.0),
        image(-0.01),
        image(np.nan),
        image(np.inf),
        image(256, np.int64),
        image(-1, np.int16),
        image(True, bool),
        image("0", str),
        image(0, np.uint8, (28, 28)),
        image(0, np.uint8, (2, 784)),
        image(0, np.uint8, (2, 28, 28, 1)),
        [[1, 2]],
    ],
)
def test_preprocess_refuses_what_is_no_image_and_names_the_argument(images):
    with pytest.raises(ValueError, match="^images must"):
        data.preprocess(images)


def test_binarize_draws_each_pixel_with_its_grey_as_probability():
    x = np.tile(np.linspace(0, 1, 5, dtype=np.float32), (40_000, 1))
    samples = data.binarize(x, seed=0)
    assert samples.dtype == np.float32
    assert set(np.unique(samples)) == {0, 1}
    standard_error = np.sqrt(x[0] * (1 - x[0]) / len(x))
    assert (np.abs(samples.mean(axis=0) - x[0]) <= 5 * standard_error).all()


def test_binarize_draws_the_same_samples_from_the_same_seed():
    x = np.full((10, 784), 0.5)
    np.testing.assert_array_equal(data.binarize(x, 1), data.binarize(x, np.int64(1)))
    assert (data.binarize(x, 1) != data.binarize(x, 2)).any()


@pytest.mark.parametrize("x", [image(0, np.uint8), image(1.01), image(-0.1), image(np.nan)])
def test_binarize_refuses_what_is_no_probability(x):
    with pytest.raises(ValueError, match="^x must"):
        data.binarize(x, 0)


@pytest.mark.parametrize("seed", [None, -1, 1.0, True, "1"])
def test_seeds_are_integers(seed):
    with pytest.raises(ValueError, match="^seed must be an integer"):
        data.binarize(image(0.5), seed)
    with pytest.raises(ValueError, match="^seed must be an integer"):
        data.train_validation_split(np.arange(9), np.arange(9), 3, seed)


def test_the_split_loses_and_doubles_nothing_and_keeps_pairs_together():
    x = np.arange(100)[:, None] * np.ones(3)
    x_train, y_train, x_val, y_val = data.train_validation_split(x, np.arange(100), n_validation=20)
    assert (x_train.shape, x_val.shape) == ((80, 3), (20, 3))
    np.testing.assert_array_equal(np.sort(np.r_[y_train, y_val]), np.arange(100))
    np.testing.assert_array_equal(x_train[:, 0], y_train)
    np.testing.assert_array_equal(x_val[:, 0], y_val)
    assert (np.diff(y_train) < 0).any()  # shuffled


def test_the_split_is_the_permutation_that_the_notebooks_numbers_stand_on():
    order = np.random.default_rng(3).permutation(50)
    _, y_train, _, y_val = data.train_validation_split(np.zeros((50, 2)), np.arange(50), 10, seed=3)
    np.testing.assert_array_equal(y_val, order[:10])
    np.testing.assert_array_equal(y_train, order[10:])


@pytest.mark.parametrize(
    ("x", "y", "n_validation", "message"),
    [
        (np.zeros((9, 2)), np.zeros(8), 3, "x and y must be equally long"),
        (np.zeros((9, 2)), np.zeros((9, 1)), 3, "y must have shape"),
        (np.float32(3), np.zeros(9), 3, "x and y must be equally long"),
        (np.zeros((9, 2)), np.zeros(9), 9, "n_validation must be below"),
        (np.zeros((9, 2)), np.zeros(9), 0, "n_validation must be an integer"),
        (np.zeros((9, 2)), np.zeros(9), 0.5, "n_validation must be an integer"),
    ],
)
def test_the_split_refuses_what_it_cannot_split(x, y, n_validation, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        data.train_validation_split(x, y, n_validation)


def test_one_of_each_is_the_first_of_each_class():
    y = np.r_[[3, 3, 0], np.arange(10), np.arange(10)].astype(np.uint8)
    np.testing.assert_array_equal(data.one_of_each(y), [2, 4, 5, 0, 7, 8, 9, 10, 11, 12])


@pytest.mark.parametrize("y", [np.zeros(3), np.zeros((3, 1), int), np.zeros(0, int)])
def test_one_of_each_refuses_what_are_no_labels(y):
    with pytest.raises(ValueError, match="^y must"):
        data.one_of_each(y)
