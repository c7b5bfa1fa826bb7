"""A job for the sweep's tests that needs no network: the processes of a pool find it here by its name."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Job:
    factor: float
    data: str = "numbers"


def scaled(job, data):
    """The job's numbers times its factor, and the process that did it."""
    return {"values": job.factor * data[job.data][0], "process": np.array(os.getpid())}


def ended(job, data):
    """The first time that the job of factor 3 comes up its process ends, as the system ends one that takes too much."""
    if job.factor == 3 and not (mark := Path(str(data["mark"][0]))).exists():
        mark.touch()
        os._exit(9)
    return scaled(job, data)
