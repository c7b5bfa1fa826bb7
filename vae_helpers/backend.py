"""Keras and TensorFlow, imported without TensorFlow's start-up log lines.

TensorFlow writes several lines to file descriptor 2 when it is imported and when it first computes,
whatever ``TF_CPP_MIN_LOG_LEVEL`` says (tensorflow issue 100442). They hold a process id and the time, so no
two runs print the same, and they read like errors. Python exceptions are not affected: they still show.
"""

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def _silent_stderr() -> Iterator[None]:
    """Point file descriptor 2 at the null device: the lines come from C++, where sys.stderr has no say."""
    stderr = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(null)
        os.close(stderr)


def _require_tensorflow(backend: str) -> None:
    """Raise ImportError unless the backend is TensorFlow. Keras's own import fails where a backend is missing."""
    if backend != "tensorflow":
        raise ImportError(
            f"The course needs Keras's TensorFlow backend, but Keras is told to use {backend!r}: "
            "unset KERAS_BACKEND, or set it to 'tensorflow', and restart the kernel."
        )


os.environ["KERAS_BACKEND"] = os.environ.get("KERAS_BACKEND") or "tensorflow"  # goes before what keras.json says
_require_tensorflow(os.environ["KERAS_BACKEND"])
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # what is logged later: errors only
with _silent_stderr():
    import keras
    import tensorflow as tf

    tf.ones(1)  # the first op starts the devices, which log too

_require_tensorflow(keras.backend.backend())  # where keras was imported before this module
if keras.config.floatx() in ("float16", "bfloat16"):
    raise ImportError(
        f"Nothing trains in pure {keras.config.floatx()}, which keras.json sets as floatx: set it to 'float32' there "
        "and restart the kernel. For mixed precision call keras.config.set_dtype_policy('mixed_float16')."
    )

__all__ = ["keras", "tf"]
