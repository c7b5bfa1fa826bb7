"""Small made-up arrays for the figures of 09: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

RNG = np.random.default_rng(0)
CALLS = {
    "colour_rows": ({"photo": RNG.random((3, 6, 5, 3)), "grey": RNG.random((3, 6, 5, 1))},),
    "overlap": ({"kernel 3": np.array([1, 1, 2, 1, 1]), "kernel 4": np.array([1, 1, 2, 2, 1])},),
    "fields": ({"one": RNG.normal(size=(3, 8, 8)), "two": RNG.normal(size=(3, 8, 8))},),
    "evidence_and_gap": ({"dense": ((-50.1, 0.5), (3.0, 0.2)), "conv": ((-48.3, 0.5), (2.5, 0.2))},),
    "continuous_bernoullis": (np.linspace(0, 1, 9), {0.5: np.ones(9)}, np.linspace(0.1, 0.9, 5), np.ones(5)),
    "bits": ({"grey": {"one": 2.0, "two": 5.5}, "colour": {"one": 6.0, "two": 5.0}},),
    "planes": ({name: (RNG.normal(size=(40, 2)), RNG.integers(0, 10, 40)) for name in ("no class", "p(z)")},),
}
