"""Small made-up arrays for the figures of 02: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

rng = np.random.default_rng(0)
POINTS, CLASSES = rng.normal(size=(40, 2)), np.arange(40) % 2 * 7
CALLS = {
    "log_variance": (np.linspace(-3, 3, 9),),
    "bell_curves": ({"a": (0.0, 1.0), "b": (1.0, 0.4)},),
    "two_planes": ({"one": POINTS, "other": 10 * POINTS}, CLASSES),
    "clouds": (POINTS[:3], POINTS[:3] - 2, np.arange(3)),
    "reparameterization": (POINTS, 2 * POINTS, np.zeros(2), np.zeros(2)),
    "gradient_flow": (),
    "gradient_histograms": ({"a": rng.normal(size=500), "b": 3 * rng.normal(size=500)}, 2.0),
    "moving_reparameterization": (),
}
