"""Small made-up arrays for the figures of 10: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

RNG = np.random.default_rng(0)
PLANE = RNG.normal(size=(4, 2))
VALUES = np.array([0.5, 0.8, 0.9])
CALLS = {
    "straight_paths": (PLANE, PLANE[::-1] + 2, RNG.random((4, 1))),
    "flow_in_time": ({"t = 0": RNG.normal(size=(30, 2)), "codes": RNG.normal(size=(30, 2))},),
    "solvers": (
        {"Euler": np.array([10, 20]), "Heun": np.array([10, 20])},
        {"Euler": np.array([0.2, 0.1]), "Heun": np.array([0.1, 0.02])},
    ),
    "densities": ({"prior": -RNG.random(100), "flow": -RNG.random(100)}, 4.0),
    "gains": ({"mixture of 10": 0.2, "flow": 0.3}, [0.01, 0.02], 0.4),
    "distances": ({"real, others": 0.1, "N(0, I)": 40.0}, [0.01, 0.5]),
    "precision_and_recall": ({"real, others": (0.9, 0.9), "flow": (0.8, 0.7)},),
    "guidance": ([0, 1, 2], {"agreement": (VALUES, 0.1 * VALUES, 0.97), "diversity": (VALUES, 0.1 * VALUES, 1.0)}),
    "closing_elbo": ([4, 8], [-2.0, -1.0], -0.9),
}
