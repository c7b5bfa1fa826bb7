"""How 10 trains its small networks: for a number of steps, on examples that are drawn with replacement."""

from typing import Any

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.types import Array, Model

STEPS_AT_ONCE = 50


def fit_random_batches(
    model: Model,
    learning_rate: Any,
    x: Array | tuple[Array, ...],
    y: Array | None = None,
    *,
    loss: str | None = None,
    steps: int,
    batch_size: int,
    seed: int,
) -> None:
    """Compile a model with Adam and fit it. x: (n, ...), or several such arrays; y: (n,), or None.

    learning_rate: a number or a Keras schedule. loss: as ``compile`` takes it; None for a model with its own.
    """
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=loss,
        steps_per_execution=STEPS_AT_ONCE,
        jit_compile=False,
    )
    n = len(x[0] if isinstance(x, tuple) else x)
    rows = np.random.default_rng(seed).integers(n, size=steps * batch_size)  # of all steps: fit sees one epoch
    examples = tuple(array[rows] for array in x) if isinstance(x, tuple) else x[rows]
    model.fit(examples, None if y is None else y[rows], batch_size=batch_size, shuffle=False, verbose=0)
