"""Small made-up arrays for the figures of 01: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (10, 28, 28), "uint8")
CALLS = {
    "pixel_values": (IMAGES[0], slice(5, 10), slice(8, 14)),
    "pixel_histogram": (IMAGES,),
    "class_shares": ([np.full(10, 0.1), np.full(10, 0.1)], ["training", "validation"]),
    "moving_binarization": (),
}
