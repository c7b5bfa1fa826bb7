"""The losses in the manner of public sources: by plain numbers, what a nat of KL weighs beside the summed error."""

import numpy as np
import pytest

from vae_lessons.lesson08 import sources

WEIGHTS = {
    "keras.io, TF, TFP, pytorch/examples": 1,
    "Deep Learning with Python": 1 / 2,  # the mean over 2 latents
    "Generative Deep Learning": 32 * 32 / 500,
    "pythae": 2,  # half of the squared error
    "AntixK/PyTorch-VAE": 0.00025 * 64 * 64 * 3,
    "MIT introtodeeplearning, lab 2": 0.0005 * 64 * 64 * 3,
    "the Keras guide on subclassing": 28 * 28 / 32,
}
ERRORS = {
    "cross_entropy": lambda x, x_hat: -(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat)),
    "absolute": lambda x, x_hat: abs(x - x_hat),
    "squared": lambda x, x_hat: (x - x_hat) ** 2,
}


def error_of(source):
    name = source.loss.__name__
    kind = next((kind for kind in ERRORS if kind in name), None)
    return ERRORS[kind or ("squared" if source.name.startswith("the Keras guide") else "cross_entropy")]


@pytest.mark.parametrize("source", sources.SOURCES, ids=lambda source: source.name)
def test_a_source_weighs_the_kl_as_its_reductions_say(source):
    rng = np.random.default_rng(0)
    x, near, far = (rng.uniform(0.1, 0.9, (3, *source.shape)).astype("float32") for _ in range(3))
    kl = rng.uniform(1, 2, (3, source.latent_dim)).astype("float32")
    summed = [error_of(source)(x, each).sum() / 3 for each in (near, far)]
    per_error = (source.loss(x, far, kl) - source.loss(x, near, kl)) / (summed[1] - summed[0])
    per_nat = (source.loss(x, near, 2 * kl) - source.loss(x, near, kl)) / (kl.sum() / 3)
    assert float(per_nat / per_error) == pytest.approx(WEIGHTS[source.name], rel=0.02)


def test_a_source_becomes_a_vae_that_trains():
    vae, x = sources.vae_of(sources.SOURCES[0])
    losses = vae.fit(x, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
