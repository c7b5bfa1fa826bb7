"""A VAE whose encoder and decoder are told the class: p(x | z, y), with the prior p(z) or p(z | y).

Inputs are dicts: {"x": images (batch, 784), "y": classes as one-hot rows (batch, 10)}. Losses in nats per image.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.evidence import log_evidence
from vae_helpers.latent import square_grid
from vae_helpers.losses import bernoulli_nll
from vae_helpers.model import Sampling, spread_bends
from vae_helpers.types import Array, ArrayLike, Model, Tensor

ops, layers = keras.ops, keras.layers
CLASSES, PIXELS, HIDDEN = 10, 784, 256
LARGEST_EXPONENT = 88  # e^89 overflows float32
PRIOR_TABLES = "prior_mean", "prior_log_var"


def one_hot(labels: ArrayLike) -> Array:
    """Labels 0..9 (n,) as rows (n, 10) with a 1 at the label's place, float32."""
    return np.eye(CLASSES, dtype="float32")[np.asarray(labels)]


def kl_from_log_var(q_mean: Tensor, q_log_var: Tensor, p_mean: Tensor, p_log_var: Tensor) -> Tensor:
    """KL from N(q_mean, exp(q_log_var)) to N(p_mean, exp(p_log_var)), diagonal: (batch, latent_dim) -> (batch,)."""
    ratio = ops.exp(q_log_var - p_log_var)
    return 0.5 * ops.sum(ratio + ops.square(q_mean - p_mean) * ops.exp(-p_log_var) - 1 + p_log_var - q_log_var, axis=-1)


def encoder_of_both(latent_dim: int = 2) -> Model:
    """Functional encoder: {"x", "y"} -> [z_mean, z_log_var]."""
    x, y = keras.Input((PIXELS,), name="x"), keras.Input((CLASSES,), name="y")
    h = layers.Dense(HIDDEN, activation="relu")(layers.Concatenate()([x, y]))
    return keras.Model({"x": x, "y": y}, [layers.Dense(latent_dim)(h), layers.Dense(latent_dim)(h)])


def decoder_of_both(latent_dim: int = 2, seed: int = 0) -> Model:
    """Functional decoder: {"z", "y"} -> x_logits (batch, 784)."""
    z, y = keras.Input((latent_dim,), name="z"), keras.Input((CLASSES,), name="y")
    h = layers.Dense(HIDDEN, activation="relu", **spread_bends(seed))(layers.Concatenate()([z, y]))
    return keras.Model({"z": z, "y": y}, layers.Dense(PIXELS)(h))


def one_prior(latent_dim: int = 2) -> Model:
    """p(z) = N(0, I) for all classes: y -> [mean, log-variance], both 0."""
    y = keras.Input((CLASSES,), name="y")
    zeros = ops.zeros_like(y[:, :latent_dim])
    return keras.Model(y, [zeros, zeros])


def prior_of_class(latent_dim: int = 2) -> Model:
    """p(z | y): y -> [mean, log-variance], two learned numbers for each class and latent, 0 at first."""
    y = keras.Input((CLASSES,), name="y")
    settings = {"use_bias": False, "kernel_initializer": "zeros"}
    tables = [layers.Dense(latent_dim, name=name, **settings)(y) for name in PRIOR_TABLES]
    return keras.Model(y, tables)


class ConditionalVAE(keras.Model):
    """Trained on {"x", "y"} with plain ``fit``: the loss is -log p(x | z, y) + KL(q(z | x, y), p(z | y)).

    prior: ``one_prior()`` or ``prior_of_class()``. Called on {"x", "y"}, returns (x_logits, z_mean, z_log_var).
    """

    def __init__(self, encoder: Model, decoder: Model, prior: Model, seed: int = 0) -> None:
        super().__init__()
        self.encoder, self.decoder, self.prior = encoder, decoder, prior
        self.sampling = Sampling(seed)

    def call(self, inputs: Mapping[str, Tensor], training: bool | None = None) -> tuple[Tensor, Tensor, Tensor]:
        z_mean, z_log_var = self.encoder(inputs)
        z = self.sampling((z_mean, z_log_var))
        return self.decoder({"z": z, "y": inputs["y"]}), z_mean, z_log_var

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Any = None,
        sample_weight: Tensor | None = None,
        training: bool = True,
    ) -> Tensor:
        x_logits, z_mean, z_log_var = y_pred
        kl = kl_from_log_var(z_mean, z_log_var, *self.prior(x["y"]))
        return ops.mean(bernoulli_nll(x["x"], x_logits) + kl)


def built(prior: Callable[[], Model], seed: int = 0) -> ConditionalVAE:
    """An untrained ConditionalVAE with two latents; the same from the same seed."""
    keras.utils.set_random_seed(seed)
    return ConditionalVAE(encoder_of_both(), decoder_of_both(seed=seed), prior(), seed)


def drawn_with(vae: ConditionalVAE, epsilon: Array, labels: ArrayLike) -> Array:
    """Images (n, 784) of the classes wished for, from epsilon (n, latent_dim) scaled as each class's prior has it."""
    y = one_hot(labels)
    mean, log_var = _prior_of(vae, y)
    z = mean + np.exp(0.5 * log_var) * epsilon
    return probabilities(vae, z, y)


def _prior_of(vae: ConditionalVAE, y: Array) -> tuple[Array, Array]:
    """The prior's mean and log-variance for one-hot y (n, 10): (n, latent_dim) each."""
    mean, log_var = (np.asarray(head) for head in vae.prior(y))
    return mean, log_var


def probabilities(vae: ConditionalVAE, z: Array, y: Array) -> Array:
    """The pixels' probabilities of ink, (n, 784), for z (n, latent_dim) and one-hot y (n, 10)."""
    x_logits = np.asarray(vae.decoder({"z": z.astype("float32"), "y": y.astype("float32")}))
    return 1 / (1 + np.exp(np.minimum(-x_logits, LARGEST_EXPONENT)))


def style_of(vae: ConditionalVAE, x: Array, labels: ArrayLike) -> Array:
    """epsilon (n, latent_dim) of images: where z_mean lies as seen from the prior of the image's own class."""
    y = one_hot(labels)
    z_mean = np.asarray(vae.encoder({"x": x, "y": y})[0])
    mean, log_var = _prior_of(vae, y)
    return (z_mean - mean) * np.exp(-0.5 * log_var)


def decoder_for(vae: ConditionalVAE, label: int) -> Model:
    """The decoder of one class as a functional model of epsilon, whose prior is N(0, I)."""
    epsilon, y = keras.Input((vae.decoder.input["z"].shape[-1],)), one_hot([label])
    mean, log_var = _prior_of(vae, y)
    z = epsilon * np.exp(0.5 * log_var) + mean
    return keras.Model(epsilon, vae.decoder({"z": z, "y": ops.zeros_like(z[:, :1]) + y}))


def log_evidence_of_classes(vae: ConditionalVAE, x: Array, points: int = 150) -> tuple[Array, float]:
    """log p(x | y) for each class, by quadrature: (n, 10), and the largest error of the grid."""
    of_classes = [log_evidence(decoder_for(vae, label), x, points) for label in range(CLASSES)]
    return np.stack([log_px for log_px, _ in of_classes], axis=1), max(error for _, error in of_classes)


def style_sheet(vae: ConditionalVAE, places: ArrayLike) -> Array:
    """All classes over a grid of styles: uint8 (10, len(places)^2, 784), 255 for ink; rows as in latent.square_grid."""
    grid = square_grid(places)
    sheets = [drawn_with(vae, grid, np.full(len(grid), label)) for label in range(CLASSES)]
    return np.round(255 * np.stack(sheets)).astype("uint8")


def slant(images: Array) -> Array:
    """How far each image (n, 784) leans: the covariance of its ink's columns and rows over the variance of its rows.

    Positive to the right, about the tangent of the angle from upright. An image without ink has 0.
    """
    ink = images.reshape(len(images), 28, 28) / np.maximum(images.sum(axis=1), 1e-9)[:, None, None]
    rows, columns = np.arange(28.0)[:, None], np.arange(28.0)[None]
    y, x = (rows - np.sum(ink * rows, (1, 2), keepdims=True)), (columns - np.sum(ink * columns, (1, 2), keepdims=True))
    return -np.sum(ink * x * y, axis=(1, 2)) / np.maximum(np.sum(ink * y**2, axis=(1, 2)), 1e-9)


def slants_in_other_classes(vae: ConditionalVAE, style: Array, labels: Array) -> Array:
    """The slant of each style (n, latent_dim), decoded in all classes but that of its label (n,), averaged: (n,)."""
    classes = np.unique(labels)
    slants = np.array([slant(drawn_with(vae, style, np.full(len(style), label))) for label in classes])
    others = classes[:, None] != labels  # (classes, n)
    return np.sum(slants * others, axis=0) / others.sum(axis=0)
