"""A small VAE and small images, for tests that train."""

import numpy as np

from vae_helpers.backend import keras
from vae_helpers.model import VAE, build_decoder, build_encoder, spread_bends


def small_images():
    """Forty smooth random images of 12 pixels, float32 in [0, 1]."""
    rng = np.random.default_rng(0)
    return (rng.random((40, 1)) * rng.random((1, 12))).astype("float32")


def small_vae(seed=0, **kwargs):
    """A compiled VAE for them, with two latents; the same from the same seed. kwargs: VAE's own."""
    keras.utils.set_random_seed(seed)
    vae = VAE(build_encoder(12, 8, 2), build_decoder(2, 8, 12, **spread_bends(seed)), seed=seed, **kwargs)
    vae.compile(optimizer=keras.optimizers.Adam(1e-2))
    return vae
