"""Results that take minutes to make, kept in the user's cache folder until something that decides them changes.

``joblib.Memory`` stores them. By itself it sees a change in the function that it is given and not in what that function
calls, so a result here belongs to a text, its key, that names all that decides it: ``fingerprint`` writes the part that
code, data and libraries decide. Nothing here imports TensorFlow.
"""

import ast
import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import joblib
import numpy as np
import platformdirs

from vae_helpers.types import ArrayLike

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

ROOT = Path(__file__).parents[1]
PACKAGES = ("vae_helpers", "vae_lessons")
LIBRARIES = ("keras", "numpy", "tensorflow")


def cache_folder(name: str) -> Path:
    """The folder for one kind of results: in the folder that VAE_CACHE names, or else in the user's cache folder."""
    folder = os.environ.get("VAE_CACHE") or platformdirs.user_cache_dir("vae-course", appauthor=False)
    return Path(folder).expanduser() / name


# --- what decides a result ---


def fingerprint(code: Path, arrays: Iterable[ArrayLike], libraries: Iterable[str] = (), root: Path = ROOT) -> str:
    """A digest of the code in a file and all that it imports from the course, of arrays, and of libraries' versions.

    libraries: distributions whose versions count beside those of TensorFlow, Keras and numpy. root: the folder that
    holds the course's packages.
    """
    parts = [f"{path.relative_to(root).as_posix()}\n{bare_code(path)}" for path in sources(code, root)]
    parts += [f"{name} {version(name)}" for name in sorted({*LIBRARIES, *libraries})]
    for array in map(np.asarray, arrays):
        parts.append(f"{array.dtype.str} {array.shape} {hashlib.sha256(np.ascontiguousarray(array)).hexdigest()}")
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def sources(code: Path, root: Path = ROOT) -> list[Path]:
    """A file and all files of the course's packages that it imports, directly or not, at its top or in a function."""
    waiting, reached = [code], set()
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += _imported(path, root)
    return sorted(reached)


def _imported(path: Path, root: Path) -> Iterator[Path]:
    """The files of the course's packages that a file's own import statements name."""
    package = path.relative_to(root).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _module_files(root, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = [*above, *(node.module.split(".") if node.module else ())]
            for alias in node.names:
                yield from _module_files(root, [*module, alias.name]) or _module_files(root, module, whole=True)


def _module_files(root: Path, parts: list[str], whole: bool = False) -> list[Path]:
    """The file of a module, by the parts of its dotted name; none where the course has no such module.

    whole: of a package take all its modules, because which of them a name comes from isn't known.
    """
    place = root.joinpath(*parts)
    if parts[0] not in PACKAGES:
        return []
    if place.is_dir():
        return sorted(place.glob("*.py")) if whole else [place / "__init__.py"]
    return [path for path in (place.with_name(f"{place.name}.py"),) if path.exists()]


def bare_code(path: Path) -> str:
    """A module's code without comments and docstrings, which decide no result."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


# --- what is kept ---


def recalled(folder: Path, key: str) -> Any:
    """The result that was kept for a key, or None: where there is none, or its file is broken or another key's."""
    memory, nothing = _memory(folder), (None, (), {})
    with contextlib.suppress(Exception), _locked(folder / "lock"):  # a damaged file raises a dozen kinds
        if memory.check_call_in_cache(key, *nothing):
            kept_key, result = memory.call_and_shelve(key, *nothing).get()
            return result if kept_key == key else None
    return None


def made_once(folder: Path, key: str, function: Callable, *args: Any, **kwargs: Any) -> Any:
    """The result for a key: the one that is kept, or else function(*args, **kwargs), which is then kept.

    Of two processes that ask together one waits until the other is done, and takes its result. A folder that can't be
    written costs the cache alone.
    """
    name = hashlib.sha256(key.encode()).hexdigest()[:24]
    with _locked(folder / "locks" / name):
        result = recalled(folder, key)
        if result is None:
            (_, result), _ = _memory(folder).call(key, function, args, kwargs)
    return result


def _keyed(key, function, args, kwargs):
    """What joblib stores: a result with its key."""
    return key, function(*args, **kwargs)


def _memory(folder: Path) -> Any:
    """_keyed with joblib's memory, where the key alone decides what is remembered."""
    try:
        memory = joblib.Memory(folder, verbose=0)
    except OSError:  # nothing can be written there
        memory = joblib.Memory(None, verbose=0)
    return memory.cache(_keyed, ignore=["function", "args", "kwargs"])


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock file at path, after waiting for whoever holds it; without a lock where none can be had.

    The operating system gives the lock back when its process ends, in whatever way, so that no lock is left behind.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # of a folder that can't be written, or a file system without locks
            path.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("ab"))
            _wait_for_lock(file)
        yield


def _wait_for_lock(file: IO[bytes]) -> None:
    if fcntl:
        fcntl.flock(file, fcntl.LOCK_EX)
        return
    while True:
        with contextlib.suppress(OSError):  # after ten seconds it gives up
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            return
