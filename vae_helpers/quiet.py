"""Keras and TensorFlow, imported without TensorFlow's start-up log lines.

TensorFlow writes several lines to file descriptor 2 when it is imported and when it first computes,
whatever ``TF_CPP_MIN_LOG_LEVEL`` says (tensorflow issue 100442). They hold a process id and the time, so no
two runs print the same, and they read like errors. Python exceptions are not affected: they still show.
"""

import contextlib
import os


@contextlib.contextmanager
def _silent_stderr():
    """Point file descriptor 2 at the null device: the lines come from C++, where sys.stderr has no say."""
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(null)
        os.close(kept)


os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # what is logged later: errors only
with _silent_stderr():
    import keras
    import tensorflow as tf

    tf.ones(1)  # the first op starts the devices, which log too

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"The course needs Keras's TensorFlow backend, and KERAS_BACKEND is {keras.backend.backend()!r}: "
        "unset KERAS_BACKEND, or set it to 'tensorflow', and restart the kernel."
    )

__all__ = ["keras", "tf"]
