"""A VAE for a folder of one's own images: built for their size, trained and asked for pictures in a call each."""

import numpy as np

from vae_helpers.lesson09.convolutions import conv_decoder, conv_encoder
from vae_helpers.lesson09.likelihoods import PixelVAE
from vae_helpers.lesson09.pictures import dequantized
from vae_helpers.quiet import keras
from vae_helpers.training import rise_and_fall
from vae_helpers.validate import require_positive_int


def fitted(vae, x, epochs, batch_size=250):
    """Train a model on x, an array (n, ...) or a dict of such arrays, by the course's learning rate; returns it.

    One step at a time: compiling several of them together costs more than these short trainings win by it.
    """
    n = len(x["x"] if isinstance(x, dict) else x)
    steps = epochs * -(-n // batch_size)
    vae.compile(optimizer=keras.optimizers.Adam(rise_and_fall(steps)))
    vae.fit(x, epochs=epochs, batch_size=batch_size, verbose=0)
    return vae


def prepared(images, seed=0):
    """uint8 images (n, height, width) or (n, height, width, channels) as real numbers (n, height, width, channels)."""
    images = np.asarray(images)
    return dequantized(images if images.ndim == 4 else images[..., None], seed)


def trained_on(images, latent_dim=16, epochs=20, seed=0):
    """A convolutional VAE with discretized logistic pixels, trained on images, uint8, of any size, grey or coloured.

    images: (n, height, width) or (n, height, width, 3), as ``load_folder`` gives them. Raises ValueError for others.
    """
    require_positive_int("epochs", epochs)
    x = prepared(images)
    if images.dtype != np.uint8 or x.ndim != 4:
        raise ValueError(
            f"images must be uint8, (n, height, width[, channels]), but are {images.dtype} {images.shape}."
        )
    keras.utils.set_random_seed(seed)
    parts = conv_encoder(x.shape[1:], latent_dim), conv_decoder(x.shape[1:], latent_dim)
    return fitted(PixelVAE(*parts, "discretized logistic", seed=seed), x, epochs, batch_size=20)


def reconstructed(vae, images):
    """Images (n, ...) decoded from z_mean: the pixels' means, cut to [0, 1], (n, height, width, channels)."""
    return np.clip(vae.decoder(vae.encoder(prepared(images))[0]), 0, 1)


def drawn(vae, n, seed=0):
    """n new images from the prior: the pixels' means, cut to [0, 1], (n, height, width, channels)."""
    z = np.random.default_rng(seed).standard_normal((n, vae.decoder.input_shape[1]))
    return np.clip(vae.decoder(z.astype("float32")), 0, 1)
