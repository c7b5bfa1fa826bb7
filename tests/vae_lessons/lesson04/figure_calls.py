"""Small made-up arrays for the figures of 04: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

RNG = np.random.default_rng(0)
X = np.linspace(0.1, 3, 20)
PLANE = np.zeros(2), np.array([[0.5, -0.3], [-0.3, 0.5]])
CALLS = {
    "densities": (X, {"N(0, 1)": -X, "N(0, 3)": -(X**2)}),
    "joint": (X, X, X),
    "estimate_errors": ([1, 2], RNG.normal(size=(2, 10))),
    "jensen": ((1.0, 9.0),),
    "log_ratios": ({"one": (X, X), "other": (X, 2 * X)}, 1.0),
    "two_ways": (X, X, {"one way": X, "the other": X**2}),
    "code_lengths": (np.array([0.5, 0.25, 0.25]), {"own": np.array([1.0, 2, 2]), "other": np.array([2.0, 2, 1])}),
    "error_bars": (["a", "b"], np.zeros(2), np.ones(2)),
    "bound": ({"mean": (X, -X), "sigma": (X, -X)}, 0.0),
    "loss_bars": (["a", "b"], np.array([2.0, 1.0]), np.array([0.0, 0.5]), 1.2),
    "two_gaps": (
        PLANE,
        {"a": (np.zeros(2), np.ones(2)), "b": (np.ones(2), np.ones(2))},
        {"one": (1, 1), "two": (0, 1)},
    ),
    "one_draw_estimates": (RNG.normal(size=100), "nats"),
    "moving_bound": (X, X, X, -2.0, 5.0),
    "moving_kl": (X, X),
    "moving_beta": (3, 200.0, ["original", "new"]),
}
