"""What well-known sources train: small VAEs that reduce their losses in the manner of each source, in our own words.

The networks are tiny, because only the reductions matter. The shapes are the sources' own: over how many pixels and
latents a loss averages decides what it weighs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.model import Sampling
from vae_helpers.types import Array, Tensor
from vae_lessons.lesson08.networks import kl_terms

ops, layers = keras.ops, keras.layers


class Source(NamedTuple):
    """Where a loss is from, the shape of its images, its number of latents, and (x, x_hat, kl) -> the loss.

    x, x_hat: (batch, *shape), the second the decoder's output. kl: (batch, latent_dim).
    """

    name: str
    shape: tuple[int, ...]
    latent_dim: int
    loss: Callable[[Tensor, Tensor, Tensor], Tensor]


def cross_entropies(x: Tensor, x_hat: Tensor) -> Tensor:
    """Of each pixel, averaged by Keras over the last axis, the one channel: (batch, height, width)."""
    return keras.losses.binary_crossentropy(x, x_hat)


def both_summed(x: Tensor, x_hat: Tensor, kl: Tensor) -> Tensor:
    return ops.mean(ops.sum(cross_entropies(x, x_hat), axis=(1, 2))) + ops.mean(ops.sum(kl, axis=1))


def kl_averaged(x: Tensor, x_hat: Tensor, kl: Tensor) -> Tensor:
    return ops.mean(ops.sum(cross_entropies(x, x_hat), axis=(1, 2))) + ops.mean(kl)


def pixels_averaged_times_500(x: Tensor, x_hat: Tensor, kl: Tensor) -> Tensor:
    return 500 * ops.mean(cross_entropies(x, x_hat)) + ops.mean(ops.sum(kl, axis=1))


def half_squared_error(x: Tensor, x_hat: Tensor, kl: Tensor) -> Tensor:
    return ops.mean(0.5 * ops.sum(ops.square(x - x_hat), axis=(1, 2, 3)) + ops.sum(kl, axis=1))


def both_averaged(x: Tensor, x_hat: Tensor, kl: Tensor) -> Tensor:
    return ops.mean(ops.square(x - x_hat)) + ops.mean(kl)


def squared_error_averaged(x: Tensor, x_hat: Tensor, kl: Tensor) -> Tensor:
    return ops.mean(ops.square(x - x_hat)) + 0.00025 * ops.mean(ops.sum(kl, axis=1))


def absolute_error_averaged(x: Tensor, x_hat: Tensor, kl: Tensor) -> Tensor:
    return ops.mean(ops.abs(x - x_hat)) + 0.0005 * ops.mean(ops.sum(kl, axis=1))


SOURCES = (
    Source("keras.io, TF, TFP, pytorch/examples", (28, 28, 1), 2, both_summed),
    Source("Deep Learning with Python", (28, 28, 1), 2, kl_averaged),
    Source("Generative Deep Learning", (32, 32, 1), 2, pixels_averaged_times_500),
    Source("pythae", (28, 28, 1), 10, half_squared_error),
    Source("AntixK/PyTorch-VAE", (64, 64, 3), 128, squared_error_averaged),
    Source("MIT introtodeeplearning, lab 2", (64, 64, 3), 32, absolute_error_averaged),
    Source("the Keras guide on subclassing", (28, 28, 1), 32, both_averaged),
)


class SourceVAE(keras.Model):
    """A VAE that trains a Source's loss."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        x, z = keras.Input(source.shape), keras.Input((source.latent_dim,))
        h = layers.Dense(8, activation="relu")(layers.Flatten()(x))
        self.encoder = keras.Model(x, [layers.Dense(source.latent_dim, name=name)(h) for name in ("mean", "log_var")])
        pixels = layers.Dense(int(np.prod(source.shape)), activation="sigmoid")(layers.Dense(8, activation="relu")(z))
        self.decoder = keras.Model(z, layers.Reshape(source.shape)(pixels))
        self.source, self.sampling = source, Sampling(0)

    def call(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        z_mean, z_log_var = self.encoder(x)
        return self.decoder(self.sampling((z_mean, z_log_var))), z_mean, z_log_var

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Any = None,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        x_hat, z_mean, z_log_var = y_pred
        return self.source.loss(x, x_hat, kl_terms(z_mean, z_log_var))


def vae_of(source: Source) -> tuple[SourceVAE, Array]:
    """A compiled VAE of a Source, and 64 images that its loss can be tried on."""
    vae = SourceVAE(source)
    vae.compile(optimizer="adam")
    rng = np.random.default_rng(0)
    waves = rng.normal(size=(64, 4)) @ rng.normal(size=(4, int(np.prod(source.shape))))
    return vae, np.clip(0.5 + 0.4 * waves, 0, 1).reshape(64, *source.shape).astype("float32")
