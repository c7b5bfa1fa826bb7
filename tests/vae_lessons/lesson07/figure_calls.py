"""Small made-up arrays for the figures of 07: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

RNG = np.random.default_rng(0)
PAIR = RNG.random(8), -RNG.random(8)
CALLS = {
    "gap_bars": (["training", "validation"], np.array([0.3, 0.2]), np.array([4.0, 5.0])),
    "closing_bound": ([1, 10, 100], np.array([5.0, 3.0, 2.0]), np.array([0.5, 0.4, 0.3])),
    "signals": ([1, 4, 16], {"encoder": np.array([1.0, 0.7, 0.5]), "decoder": np.array([10.0, 15.0, 20.0])}),
    "directions": (RNG.normal(size=(49, 4)), RNG.normal(size=(49, 4)), 7),
    "sandwich": (RNG.normal(size=9), RNG.normal(size=9), {"weights": RNG.normal(size=9)}),
    "scores": ({"digits": RNG.normal(-150, 30, 90), "others": RNG.normal(-200, 30, 80)},),
    "ink_and_score": (*PAIR, {"strokes": PAIR, "half the ink": PAIR, "blank": (np.zeros(1), np.zeros(1))}),
}
