"""The floor: the matrix products that one epoch can't do without, at the rate that numpy.matmul reaches."""

import numpy as np

SIZES = ((784, 512), (512, 4), (2, 512), (512, 784))  # (inputs, outputs) of each Dense layer; the two heads are one


def products(batch_size, sizes=SIZES):
    """The matrix products of one training step, each as (m, k, n) for (m, k) @ (k, n).

    For each layer forwards, and its kernel's gradient; and its input's gradient, except for the images'.
    """
    forwards = [(batch_size, inputs, outputs) for inputs, outputs in sizes]
    kernels = [(inputs, batch_size, outputs) for inputs, outputs in sizes]
    inputs_ = [(batch_size, outputs, inputs) for inputs, outputs in sizes[1:]]
    return forwards + kernels + inputs_


def operations(n_images, batch_size, sizes=SIZES):
    """Multiplications and additions of one epoch; a ragged last batch counts as a part of a step."""
    return n_images / batch_size * sum(2 * m * k * n for m, k, n in products(batch_size, sizes))


def floor(x_train, turns, epochs, seed, batch_size=250):
    """Do an epoch's matrix products, and nothing else, in each turn."""
    rng = np.random.default_rng(seed)
    pairs = [
        (rng.random((m, k), np.float32), rng.random((k, n), np.float32), np.empty((m, n), np.float32))
        for m, k, n in products(batch_size)
    ]
    for _ in range(epochs):
        for _ in range(round(len(x_train) / batch_size)):
            for a, b, result in pairs:
                np.matmul(a, b, out=result)
        turns.end_epoch()
