"""A VAE for a folder of one's own images: built for their size, trained and asked for pictures in a call each."""

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.model import VAE
from vae_helpers.types import Array, ArrayLike
from vae_helpers.validate import require_positive_int
from vae_lessons.lesson09.convolutions import conv_decoder, conv_encoder
from vae_lessons.lesson09.image_data import dequantize
from vae_lessons.lesson09.likelihoods import PixelVAE
from vae_lessons.lesson09.training_loop import train


def prepare(images: ArrayLike, seed: int = 0) -> Array:
    """uint8 images (n, height, width) or (n, height, width, channels) as real numbers (n, height, width, channels)."""
    images = np.asarray(images)
    return dequantize(images if images.ndim == 4 else images[..., None], seed)


def train_vae(images: Array, latent_dim: int = 16, epochs: int = 20, seed: int = 0) -> PixelVAE:
    """A convolutional VAE with discretized logistic pixels, trained on images, uint8, of any size, grey or coloured.

    images: (n, height, width) or (n, height, width, 3), as ``load_folder`` gives them. Raises ValueError for others.
    """
    require_positive_int("epochs", epochs)
    x = prepare(images)
    if images.dtype != np.uint8 or x.ndim != 4:
        raise ValueError(
            f"images must be uint8, (n, height, width[, channels]), but are {images.dtype} {images.shape}."
        )
    keras.utils.set_random_seed(seed)
    parts = conv_encoder(x.shape[1:], latent_dim), conv_decoder(x.shape[1:], latent_dim)
    return train(PixelVAE(*parts, "discretized logistic", seed=seed), x, epochs, batch_size=20)


def reconstruct(vae: VAE, images: ArrayLike) -> Array:
    """Images (n, ...) decoded from z_mean: the pixels' means, cut to [0, 1], (n, height, width, channels)."""
    return np.clip(vae.decoder(vae.encoder(prepare(images))[0]), 0, 1)


def sample(vae: VAE, n: int, seed: int = 0) -> Array:
    """n new images from the prior: the pixels' means, cut to [0, 1], (n, height, width, channels)."""
    z = np.random.default_rng(seed).standard_normal((n, vae.decoder.input_shape[1]))
    return np.clip(vae.decoder(z.astype("float32")), 0, 1)
