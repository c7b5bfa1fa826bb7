"""Small made-up arrays for the figures of 06: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

from vae_helpers.latent import square_grid
from vae_lessons.lesson06.pad import Measurement

RNG = np.random.default_rng(0)
IMAGES = RNG.random((10, 784))
Z, LOG_VAR = RNG.normal(size=(40, 2)), RNG.normal(-3, 0.3, (40, 2))
Y = np.where(np.arange(40) % 2, 3, 8)  # two classes, as some people's own data have
SIDE, PLANE = np.array([-1.0, 0.0, 1.0]), RNG.normal(size=9)
GRID = IMAGES[:9]
MEASUREMENT = Measurement(z_mean=Z[0], z_log_var=LOG_VAR[0], reconstruction=141.0, kl=6.0, elbo=-147.0, error=0.5)
CALLS = {
    "latent": (Z, Y),
    "classes": (Z, Y),
    "ellipses": (Z, LOG_VAR, Y, (Z[:10], LOG_VAR[:10], Y[:10])),
    "manifold": (GRID, SIDE),
    "manifolds": ({"one": (GRID, SIDE), "other": (GRID, SIDE)},),
    "path": (Z[:5], Z, Y),
    "class_map": (Y[:9], np.full(9, 0.5), SIDE, Z, Y),
    "marginals": (Z,),
    "densities": (PLANE, PLANE, SIDE),
    "bound": (Z[:, 0], Z[:, 0] - 1, np.array([3, 5])),
    "draws": ({"sure": (IMAGES[:5], Z[:5]), "unsure": (IMAGES[5:], Z[5:10])}, Z),
    "explorer": (Z, Y, GRID, SIDE, IMAGES[9]),
    "drawn_digit": (IMAGES[0], IMAGES[1], PLANE, square_grid(SIDE), MEASUREMENT),
}
