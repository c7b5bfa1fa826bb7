"""Data files: read strictly, fetched and written whole or not at all.

A file is downloaded or written in a private folder beside its place, checked there, and moved into its place in one
step. So a process that is killed half-way leaves no file that a later one takes for good, and two processes that
fetch the same file at once do not meet. Nothing is ever unpickled: unpickling a file can run any code in it.
"""

import contextlib
import os
import shutil
import socket
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

import numpy as np

UNFINISHED = ".vae_helpers_unfinished_"  # the private folders' prefix
NO_ANSWER = 10  # seconds until a silent server counts as none
STALLED = 30  # seconds without a byte until a download counts as broken
DAY = 24 * 60 * 60


class DigitsError(Exception):
    """Images can't be had from the source asked for. The message says why, and what to do next."""


def datasets_folder():
    """Keras's folder for data sets: ``datasets`` in the environment variable KERAS_HOME, or else in ``~/.keras``.

    Found without importing Keras, which takes seconds.
    """
    return Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"


def read_npz(path, names):
    """The arrays called ``names`` in an .npz file, as a dict. Raises DigitsError, which says what is wrong with it."""
    _require_zip(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: _read_array(path, archive, name) for name in names}
    except DigitsError:
        raise
    except Exception as error:  # numpy, zipfile and zlib raise a dozen kinds of exception on a damaged file
        if "allow_pickle" in str(error):
            fault = "holds pickled Python objects, which are never loaded, because unpickling can run any code"
        else:
            fault = f"is damaged ({type(error).__name__}: {error})"
        raise DigitsError(f"{path} {fault}.") from None


def _require_zip(path):
    """Raise DigitsError unless the file can be read and looks like a whole zip archive."""
    start = read_bytes(path, 512)
    if start.startswith(b"PK"):
        if zipfile.is_zipfile(path):
            return
        fault = "is truncated: the end of the .npz archive is missing"
    elif not start:
        fault = "is empty"
    elif start.lstrip().startswith(b"<"):
        fault = "is a web page, not data: a failed download or a log-in page saved under that name"
    else:
        fault = "is not an .npz file (a zip archive of numpy arrays)"
    raise DigitsError(f"{path} {fault}.")


def read_bytes(path, size=-1):
    """The file's first ``size`` bytes (-1: all). Raises DigitsError if there is no such file or it can't be read."""
    if os.path.isdir(path):
        raise DigitsError(f"{path} is a directory, not a file.")
    try:
        with open(path, "rb") as file:
            return file.read(size)
    except FileNotFoundError:
        raise DigitsError(f"There is no file {path}.") from None
    except OSError as error:
        raise DigitsError(f"{path} can't be read ({error.strerror}).") from None


def _read_array(path, archive, name):
    if name not in archive.files:
        raise DigitsError(f"{path} has no array {name!r}; it holds {', '.join(archive.files) or 'nothing'}.")
    array = archive[name]
    if not isinstance(array, np.ndarray):  # numpy hands over a member that is no .npy file as raw bytes
        raise DigitsError(f"{path} holds something called {name!r} that is not a numpy array.")
    return array


@contextlib.contextmanager
def whole_file(path):
    """Yield a private path to write to. When the block ends without an error, that file is moved to ``path``.

    Where it can't be moved there, one printed line says so, and the block's work stands: the file alone is lost.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        private = tempfile.TemporaryDirectory(dir=path.parent, prefix=UNFINISHED)
        _sweep(path.parent)
        reason = None
    except OSError as error:
        private, reason = tempfile.TemporaryDirectory(prefix=UNFINISHED), error
    with private as folder:
        part = Path(folder) / path.name
        yield part
        reason = reason or _move(part, path)
    if reason:
        print(
            f"{path.name} could not be kept in {path.parent} ({reason.strerror}), so the next run has to get it again. "
            "To keep it, set KERAS_HOME to a folder that can be written."
        )


def _sweep(folder):
    """Remove what killed processes left unfinished more than a day ago."""
    for leftover in folder.glob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if leftover.stat().st_mtime < time.time() - DAY:
                shutil.rmtree(leftover)


def _move(part, path):
    """Put a finished file in its place in one step; the error, if that can't be done."""
    try:
        os.replace(part, path)
    except OSError as error:
        return error
    return None


def require_reachable(url):
    """Raise DigitsError unless the server answers. Quick, and before Keras is imported and prints its first line."""
    try:
        with urllib.request.urlopen(url, timeout=NO_ANSWER):
            pass
    except (OSError, ValueError) as error:
        raise DigitsError(f"{url} can't be reached ({getattr(error, 'reason', error)}).") from None


def download(url, digest, path):
    """Fetch ``url`` to ``path`` by Keras, which draws a progress bar. Raises DigitsError unless the digest agrees.

    ``digest`` is the file's sha256 or md5 in hexadecimal. ``path`` is a private one: until this returns, the file is
    unfinished or unchecked.
    """
    from vae_helpers.quiet import keras  # seconds, and only a download needs it

    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALLED)  # Keras's own download waits for ever
    try:
        keras.utils.get_file(path.name, url, file_hash=digest, cache_dir=str(path.parent), cache_subdir="")
    except Exception as error:  # Keras raises plain Exception, ValueError and what the network raised
        print()  # ends the line of a progress bar that stands still
        raise DigitsError(f"The download of {url} failed ({error}).") from None
    finally:
        socket.setdefaulttimeout(patience)
