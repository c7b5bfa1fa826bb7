"""One training loop for all networks of 09: the step of notebook 05, compiled."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

from vae_helpers.backend import keras, tf
from vae_helpers.training import warmup_cosine
from vae_helpers.types import Array

Trained = TypeVar("Trained")  # a keras.Model


def train(model: Trained, x: Array | Mapping[str, Array], epochs: int, batch_size: int = 250, seed: int = 0) -> Trained:
    """Train a model on x, an array (n, ...) or a dict of such arrays, by the course's learning rate; returns it.

    model: its ``compute_loss`` takes x and y_pred. For trainings this short, ``fit`` takes longer to prepare itself
    than to train. What does not fill a batch is left out, in each epoch other examples.
    """
    n = len(x["x"] if isinstance(x, Mapping) else x)
    batch_size = min(batch_size, n)
    step = _compiled_step(model, keras.optimizers.Adam(warmup_cosine(epochs * (n // batch_size))))
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        for rows in np.split(rng.permutation(n)[: n - n % batch_size], n // batch_size):
            step(_batch(x, rows))
    return model


def _compiled_step(model, optimizer):
    """A function that moves the model's weights along the gradient of the loss of a batch."""
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(batch):
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x=batch, y_pred=model(batch, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    return step


def _batch(x, rows):
    """Some rows of x as tensors, with x's names where it has any."""
    if isinstance(x, Mapping):
        return {name: tf.constant(array[rows]) for name, array in x.items()}
    return tf.constant(x[rows])
