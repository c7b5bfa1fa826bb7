"""Convolutional encoders and decoders for images of any size, and a measure of a decoder's checkerboard."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.model import spread_bends
from vae_helpers.types import ArrayLike, Model, Tensor
from vae_helpers.validate import require_positive_int

layers = keras.layers
FILTERS = 8, 16  # of the two stages, each of which halves the size
HIDDEN = 32
MOMENTUM = 0.9  # Keras's 0.99 needs a thousand steps, and a short training has some hundred


def normalized(h: Tensor) -> Tensor:
    """Batch normalization and a ReLU. It is told whether it trains by the model that is called."""
    return layers.ReLU()(layers.BatchNormalization(momentum=MOMENTUM)(h))


def conv_encoder(shape: tuple[int, ...], latent_dim: int = 2) -> Model:
    """Functional encoder: x (batch, height, width, channels) -> [z_mean, z_log_var], each (batch, latent_dim).

    Two strided convolutions, each of which halves the size and rounds it up, then a dense layer. shape: of one image.
    """
    x = h = keras.Input(shape, name="x")
    for filters in FILTERS:
        h = normalized(layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False)(h))
    h = layers.Dense(HIDDEN, activation="relu")(layers.Flatten()(h))
    return keras.Model(x, [layers.Dense(latent_dim, name=name)(h) for name in ("z_mean", "z_log_var")], name="encoder")


def resized(filters: int) -> Callable[[Tensor], Tensor]:
    """Double the size by repeating pixels, then a convolution (Odena et al. 2016): a function of a feature map."""
    return lambda h: layers.Conv2D(filters, 3, padding="same")(layers.UpSampling2D(interpolation="nearest")(h))


def transposed(filters: int, kernel: int = 3) -> Callable[[Tensor], Tensor]:
    """Double the size by a transposed convolution with stride 2: a function of a feature map."""
    return layers.Conv2DTranspose(filters, kernel, strides=2, padding="same")


def conv_decoder(
    shape: tuple[int, ...],
    latent_dim: int = 2,
    larger: Callable[[int], Callable[[Tensor], Tensor]] = resized,
    **first_layer: Any,
) -> Model:
    """Functional decoder: z (batch, latent_dim) -> logits or means of the pixels (batch, *shape).

    Dense layers make a small grid, two stages double it, and what is beyond the image's size is cut off. larger:
    ``resized`` or ``transposed``. first_layer: arguments of the first dense layer, such as ``**spread_bends()``.
    """
    height, width, channels = shape
    rows, columns = -(-height // 4), -(-width // 4)  # rounded up
    z = keras.Input((latent_dim,), name="z")
    h = layers.Dense(HIDDEN, activation="relu", **first_layer)(z)
    h = layers.Dense(rows * columns * FILTERS[1], activation="relu")(h)
    h = layers.Reshape((rows, columns, FILTERS[1]))(h)
    h = larger(channels)(normalized(larger(FILTERS[0])(h)))
    return keras.Model(z, cropped(h, height, width), name="decoder")


def cropped(h: Tensor, height: int, width: int) -> Tensor:
    """A feature map cut to a size, the surplus split between both sides."""
    surplus = [(have - want) for have, want in zip(h.shape[1:3], (height, width), strict=True)]
    return layers.Cropping2D([(pixels // 2, pixels - pixels // 2) for pixels in surplus])(h)


def dense_parts(shape: tuple[int, ...], hidden_dim: int, latent_dim: int = 2, seed: int = 0) -> tuple[Model, Model]:
    """An encoder and a decoder with one hidden dense layer each, for images (batch, *shape)."""
    require_positive_int("hidden_dim", hidden_dim)
    x, z = keras.Input(shape, name="x"), keras.Input((latent_dim,), name="z")
    h = layers.Dense(hidden_dim, activation="relu")(layers.Flatten()(x))
    encoder = keras.Model(x, [layers.Dense(latent_dim, name=name)(h) for name in ("z_mean", "z_log_var")])
    h = layers.Dense(hidden_dim, activation="relu", **(spread_bends(seed) if latent_dim == 2 else {}))(z)
    return encoder, keras.Model(z, layers.Reshape(shape)(layers.Dense(int(np.prod(shape)))(h)))


def checkerboard(images: ArrayLike) -> float:
    """How much of the images' variation has period 2 along the rows, the columns or both: a share from 0 to 1.

    images: (n, height, width), both even; each image's mean is left out. The share of the power spectrum at the three
    frequencies of a stride of 2. Noise without any pattern has 3 / (height * width - 1).
    """
    grey = np.asarray(images, float)
    centred = grey - grey.mean(axis=(1, 2), keepdims=True)
    rows, columns = ((-1.0) ** np.arange(size) for size in centred.shape[1:])
    patterns = rows[:, None] + 0 * columns, 0 * rows[:, None] + columns, rows[:, None] * columns
    amplitudes = [np.mean(centred * pattern, axis=(1, 2)) for pattern in patterns]
    return float(np.sum(np.square(amplitudes)) / np.sum(np.mean(np.square(centred), axis=(1, 2))))
