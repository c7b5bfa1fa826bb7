"""Many trainings, side by side in processes of their own, and kept in the user's cache folder.

Each job's arrays are a file of their own, so that a sweep that is stopped goes on where it was. A file is taken only if
it says that it belongs to this very job: the settings, the data, the code and the versions that made it. Any other file
in its place, a broken one or one of an older course, is made again. Nothing here imports TensorFlow: the processes do.
"""

import ast
import contextlib
import hashlib
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import platformdirs

ROOT = Path(__file__).parents[2]
CODE = (
    "vae_helpers/losses.py",
    "vae_helpers/model.py",
    "vae_lessons/lesson08/networks.py",
    "vae_lessons/lesson08/factors.py",
)  # what decides the results
LIBRARIES = ("keras", "numpy", "scikit-learn", "tensorflow")
MOST_PROCESSES = 8  # of about 600 MB each
ALONE = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1"}  # so small a network is as fast without, and then all machines agree
ENDED = (
    "A process that trained networks was ended before it was done. Most often memory ran out: each process takes about "
    "600 MB. What was trained is kept. Free some memory, run the cell with sweep.start again, then this one."
)

_data = {}  # in a process of the pool: what all its jobs share


def cache_folder():
    """Where results are kept: in the user's cache folder."""
    return Path(platformdirs.user_cache_dir("vae-course", appauthor=False)) / "beta"


def bare_code(path):
    """A module's code without comments and docstrings, which decide no result."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def maker(function, data):
    """What decides every result of a function, beside the jobs' settings: {name: text} for each entry of data.

    data: {name: arrays}. A job uses those of its own name.
    """
    code = "\n".join(bare_code(ROOT / name) for name in CODE)
    common = {"function": function.__name__, "code": digest(code.encode())} | {
        name: version(name) for name in LIBRARIES
    }
    return {name: common | {"data": [digest(np.ascontiguousarray(array)) for array in data[name]]} for name in data}


def digest(content):
    return hashlib.sha256(content).hexdigest()


def made_of(job, makers):
    """All that decides a job's result, as text."""
    return json.dumps(makers[job.data] | {"job": asdict(job)}, sort_keys=True)


def place(folder, text):
    """The file of the job that ``made_of`` describes by this text."""
    return Path(folder) / f"{digest(text.encode())[:24]}.npz"


def recalled(path, text):
    """The arrays of a file, or None unless the file is whole and says that it was made of this."""
    with contextlib.suppress(Exception):  # numpy, zipfile and zlib raise a dozen kinds on a damaged file
        with np.load(path, allow_pickle=False) as archive:
            if str(archive["made_of"]) == text:
                return {name: archive[name] for name in archive.files if name != "made_of"}
    return None


def keep(path, text, arrays):
    """Write a file beside its place and move it there whole. A folder that can't be written is not worth an error."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            np.savez(Path(folder) / path.name, made_of=np.array(text), **arrays)
            os.replace(Path(folder) / path.name, path)


def processes(jobs):
    """How many processes are worth starting: one for each core that may be used, and no more than there are jobs."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, jobs, MOST_PROCESSES))


@contextlib.contextmanager
def environment(values):
    """Environment variables that the processes inherit which are started inside."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)


def share(data):
    """In a process of the pool: keep what all its jobs use."""
    _data.update(data)


def job_done(function, job, text, folder):
    """In a process of the pool: do one job, and keep its arrays."""
    arrays = function(job, _data)
    keep(place(folder, text), text, arrays)
    return arrays


class Sweep:
    """Jobs that processes of their own work at: what is there already, and what will be."""

    def __init__(self, found, futures):
        """found: {job: arrays, or None where a process is at it}. futures: {its future: job}."""
        self.found, self.futures = found, futures

    def results(self):
        """Wait for all jobs, saying on one line how far they are: {job: arrays}, in the order of the jobs.

        Raises RuntimeError where a process was ended before its jobs were done.
        """
        for count, future in enumerate(as_completed(self.futures), start=1):
            try:
                self.found[self.futures[future]] = future.result()
            except BrokenProcessPool as error:
                raise RuntimeError(ENDED) from error
            print(f"\r{count} of {len(self.futures)} networks trained", end="", flush=True)
        print(f"\r{len(self.found)} networks are ready.             ")
        return self.found


def start(function, jobs, data, folder=None):
    """Begin function(job, data) of each job that the cache does not hold, side by side, and return the Sweep at once.

    function: found by its name in a module. jobs: dataclasses with an attribute data, which names an entry of data,
    {name: arrays}. What a process has done is kept, whether anybody asks for the results or not.
    """
    folder = cache_folder() if folder is None else folder
    makers = maker(function, data)
    texts = {job: made_of(job, makers) for job in jobs}
    found = {job: recalled(place(folder, text), text) for job, text in texts.items()}
    missing = [job for job, arrays in found.items() if arrays is None]
    print(f"{len(missing)} of {len(found)} networks are being trained.")
    return Sweep(found, side_by_side(function, {job: texts[job] for job in missing}, data, folder) if missing else {})


def side_by_side(function, texts, data, folder):
    """Give jobs to processes of one thread each: {future: job}. texts: {job: what it is made of}."""
    with environment(ALONE | NO_GPU):  # the processes are started here, and inherit it
        pool = ProcessPoolExecutor(processes(len(texts)), get_context("spawn"), share, (data,))
        futures = {pool.submit(job_done, function, job, text, folder): job for job, text in texts.items()}
    pool.shutdown(wait=False)  # no more jobs will come
    return futures
