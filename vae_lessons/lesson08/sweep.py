"""Many trainings side by side, by joblib, and kept in the user's cache folder.

Each job's arrays are kept by themselves, so that a sweep that is stopped goes on where it was. They are taken again
only for the same settings, data, code and versions: see ``vae_helpers.cache``. By default joblib starts processes of
its own; inside ``with joblib.parallel_config(backend="ray")`` the same call runs on a cluster. Nothing here imports
TensorFlow: the processes do.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from joblib.parallel import LokyBackend, get_active_backend

from vae_helpers import cache
from vae_helpers.types import Array

MOST_PROCESSES = 8  # of about 600 MB each
ALONE = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
NO_GPU = {"CUDA_VISIBLE_DEVICES": "-1"}  # so small a network is as fast without, and then all machines agree
ENDED = (
    "A process that trained networks was ended before it was done. Most often memory ran out: each process takes about "
    "600 MB. What was trained is kept. Free some memory, run the cell with sweep.start again, then this one."
)
STOPPED = (
    "The training was stopped before it was done. What was trained is kept. Run the cell with sweep.start again, then "
    "this one."
)

Arrays = dict[str, Array]
_running: list["Sweep"] = []  # joblib ends the training of a sweep that nobody holds any more


def start(
    function: Callable[[Any, dict], Arrays],
    jobs: Iterable[Any],
    data: dict[str, Sequence[Array]],
    folder: Path | None = None,
) -> "Sweep":
    """Begin function(job, data) of each job that the cache does not hold, side by side, and return the Sweep at once.

    function: found by its name in a module. jobs: dataclasses with an attribute data, which names an entry of data,
    {name: arrays}; only this entry is given to the function. folder: of the cache. What a process has done is kept,
    whether anybody asks for the results or not.
    """
    folder = cache.cache_folder("beta") if folder is None else folder
    keys = _keys(function, jobs, data)
    results = {job: cache.recalled(folder, key) for job, key in keys.items()}
    missing = [job for job, arrays in results.items() if arrays is None]
    print(f"{len(missing)} of {len(results)} networks are being trained.")
    calls = [joblib.delayed(_train)(function, job, data[job.data], folder, keys[job], os.getpid()) for job in missing]
    sweep = Sweep(results, len(missing), _side_by_side(calls) if calls else iter(()))
    _running.append(sweep)
    return sweep


@dataclass
class Sweep:
    """Jobs that processes of their own work at: what is there already, and what will be.

    arrays: {job: arrays, or None where a process is at it}, missing: of how many jobs. finished: gives (job, arrays) of
    these as they are done.
    """

    arrays: dict[Any, Any]
    missing: int
    finished: Iterator[tuple[Any, Arrays]]

    def results(self) -> dict[Any, Arrays]:
        """Wait for all jobs, saying on one line how far they are: {job: arrays}, in the order of the jobs.

        Raises RuntimeError where a process was ended, or the waiting was interrupted, before the jobs were done.
        """
        try:
            for job, arrays in self.finished:
                self.arrays[job] = arrays
                trained = self.missing - len(self._untrained())
                print(f"\r{trained} of {self.missing} networks trained", end="", flush=True)
        except BrokenProcessPool as error:
            raise RuntimeError(ENDED) from error
        if self._untrained():
            raise RuntimeError(STOPPED)
        print(f"\r{len(self.arrays)} networks are ready.             ")
        return self.arrays

    def _untrained(self) -> list[Any]:
        return [job for job, arrays in self.arrays.items() if arrays is None]


def _keys(function: Callable, jobs: Iterable[Any], data: dict[str, Sequence[Array]]) -> dict[Any, str]:
    """What decides each job's result, as text: {job: key}."""
    name = f"{function.__module__}.{function.__qualname__}"
    made_of = {part: cache.fingerprint(arrays) for part, arrays in data.items()}
    return {job: json.dumps([name, made_of[job.data], asdict(job)], sort_keys=True) for job in jobs}


def _train(
    function: Callable, job: Any, arrays: Sequence[Array], folder: Path, key: str, asked_by: int
) -> tuple[Any, Arrays]:
    """In a process of joblib's: do one job, unless another process has done it by now."""
    if os.getpid() != asked_by:  # before the function imports TensorFlow
        os.environ.update(ALONE | NO_GPU)
    own = {job.data: tuple(np.array(array) for array in arrays)}  # joblib gives large ones as maps of a file
    return job, cache.made_once(folder, key, function, (job, own))


def _side_by_side(calls: list) -> Iterator[tuple[Any, Arrays]]:
    """Begin calls on the backend that joblib is set to, or else in processes of one thread each."""
    backend, n_jobs = get_active_backend()
    options = {"return_as": "generator_unordered", "pre_dispatch": "all"}
    if not isinstance(backend, LokyBackend):
        return joblib.Parallel(**options)(calls)
    count = n_jobs if n_jobs not in (None, 1) else processes()
    with joblib.parallel_config(backend="loky", n_jobs=count, inner_max_num_threads=1):
        return joblib.Parallel(**options)(calls)


def processes() -> int:
    """How many processes to start: one for each core that may be used. At least two: joblib runs one in its caller."""
    return max(2, min(joblib.cpu_count(), MOST_PROCESSES))
