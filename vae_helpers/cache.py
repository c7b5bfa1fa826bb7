"""Results that take minutes to make, kept in the user's cache folder until something that decides them changes.

``joblib.Memory`` stores them. It notices a change in the function that it is given, but not in what that function
calls. So a result is stored here under a key, a text that names all that decides it: ``fingerprint`` writes the part
that code, data and libraries decide. Nothing here imports TensorFlow.
"""

import ast
import contextlib
import functools
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import platformdirs
from filelock import FileLock

from vae_helpers.types import ArrayLike

ROOT = Path(__file__).parents[1]
PACKAGES = ("vae_helpers", "vae_lessons")
LIBRARIES = ("keras", "numpy", "scikit-learn", "scipy", "tensorflow")


def cache_folder(name: str) -> Path:
    """The folder for one kind of results: in the folder that VAE_CACHE names, or else in the user's cache folder."""
    folder = os.environ.get("VAE_CACHE") or platformdirs.user_cache_dir("vae-course", appauthor=False)
    return Path(folder).expanduser() / name


# --- what decides a result ---


def fingerprint(arrays: Iterable[ArrayLike], root: Path = ROOT) -> str:
    """A digest of arrays, of the code of both packages in the folder root, and of the versions of LIBRARIES.

    All of the code counts and not only what is called, because nothing in Python lists that reliably. Comments and
    docstrings do not count.
    """
    parts = [_code_digest(root), *(f"{name} {version(name)}" for name in LIBRARIES)]
    for array in map(np.asarray, arrays):
        parts.append(f"{array.dtype.str} {array.shape} {hashlib.sha256(array.tobytes()).hexdigest()}")
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@functools.cache  # for a notebook that is open, what counts is the code that it has imported
def _code_digest(root: Path) -> str:
    paths = sorted(path for package in PACKAGES for path in (root / package).rglob("*.py"))
    code = [(path.relative_to(root).as_posix(), bare_code(path)) for path in paths]
    return hashlib.sha256(json.dumps(code).encode()).hexdigest()


def bare_code(path: Path) -> str:
    """A module's code without comments and docstrings, which decide no result."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


# --- what is kept ---


def recalled(folder: Path, key: str) -> Any:
    """The result that is kept under a key, or None where there is none or its file is broken."""
    memory = _memory(folder)
    with contextlib.suppress(Exception):  # a damaged file raises errors of a dozen kinds
        if memory.check_call_in_cache(key, None, None):
            return memory.call_and_shelve(key, None, None).get()
    return None


def made_once(folder: Path, key: str, function: Callable, args: tuple[Any, ...]) -> Any:
    """The result under a key: the one that is kept, or else function(*args), which is then kept.

    Of two processes that ask together one waits until the other is done, and takes its result. A folder that can't be
    written costs the cache alone.
    """
    lock = folder / f"{hashlib.sha256(key.encode()).hexdigest()}.lock"
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, NotImplementedError):  # no such folder, or a file system without locks
            stack.enter_context(FileLock(lock))
        return _memory(folder)(key, function, args)


def _made(key: str, function: Callable, args: tuple[Any, ...]) -> Any:
    """The function whose results joblib stores. Of its arguments joblib looks at the key alone."""
    return function(*args)


def _memory(folder: Path) -> Any:
    """``_made``, remembered in a folder, or not remembered where nothing can be written."""
    try:
        memory = joblib.Memory(folder, verbose=0)
    except OSError:
        memory = joblib.Memory(None, verbose=0)
    return memory.cache(_made, ignore=["function", "args"])
