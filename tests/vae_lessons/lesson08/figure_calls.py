"""Small made-up arrays for the figures of 08: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

X = np.linspace(0.1, 3, 20)
BETAS = (0.25, 1.0, 4.0)
POINTS = np.array([[30.0, 90.0], [20.0, 95.0], [5.0, 130.0]])
ERRORS = np.full((3, 2), 0.5)
RNG = np.random.default_rng(0)
CALLS = {
    "effective_betas": ({"a": 1.0, "b": 0.5}, {"c": 24.5}),
    "beta_objective": (X, -X, -2.0),
    "rate_distortion": (BETAS, POINTS, ERRORS, [0, 1]),
    "one_knob": ({0.1: (30.0, 2.0), 0.3: (9.0, 4.0)}, {1.0: (20.0, 2.5)}),
    "active_units": (BETAS, [8, 8, 0], RNG.random((3, 8))),
    "eigenvalues": (np.geomspace(2, 0.1, 8), (0.5, 1.0)),
    "rates": (["none", "weight"], [7.0, 0.0], [0.3, 0.0]),
    "remedies": ({"none": (POINTS[:1], ERRORS[:1]), "free bits": (POINTS, ERRORS)}, POINTS[0]),
    "scores": (BETAS, {"MIG": RNG.random((3, 5)), "DCI": RNG.random((3, 5))}),
}
