"""Small made-up arrays for the figures of 03: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

RNG = np.random.default_rng(0)
X = np.linspace(0.1, 3, 20)
GRID = RNG.random((9, 784))
CALLS = {
    "curves": (X, {"one": X, "other": X**2}, ("x", "y")),
    "sigmoid": (X, 1 / (1 + np.exp(-X)), [1.0], [0.731]),
    "decoder_maps": ({"untrained": GRID, "trained": GRID}, np.array([-1.0, 0.0, 1.0])),
    "heat_maps": ([RNG.random((5, 5))] * 3, ["a", "b", "c"], (-3, 3)),
    "large_images": (GRID[:3], ["a", "b", "c"]),
    "nats": ({"coin": 543.0, "VAE": 150.0}, 46.0),
    "moving_decoders": (["untrained", "trained"],),
}
