"""Jobs for the sweep's tests that need no network: the processes of a pool find them here by their names."""

import os
import time
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


def slow(job, data):
    """The same, and a line for each call in the file that the data name."""
    with Path(str(data[job.data][1])).open("a") as file:
        file.write("called\n")
    time.sleep(1)
    return scaled(job, data)


def ended(job, data):
    """The first time that the job of factor 3 comes up its process ends, as the system ends one that takes too much."""
    if job.factor == 3 and not (mark := Path(str(data[job.data][1]))).exists():
        mark.touch()
        os._exit(9)
    return scaled(job, data)
