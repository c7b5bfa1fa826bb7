"""Small made-up arrays for the figures of 05: tests/vae_lessons/test_figures.py draws them."""

import numpy as np

RNG = np.random.default_rng(0)
X = np.linspace(0.1, 3, 20)
LAYER = (RNG.normal(size=(2, 30)), RNG.uniform(-3, 3, 30))
HISTORY = {f"{part}{name}": [3.0, 2.0, 1.5] for part in ("", "val_") for name in ("loss", "reconstruction", "kl")}
CALLS = {
    "bends": ([LAYER, LAYER], ["one", "other"]),
    "planes": ({0: RNG.normal(size=(40, 2)), 5: RNG.normal(size=(40, 2))}, np.arange(40) % 10),
    "val_losses": ({"one": [3.0, 2.0], "other": [2.5, 1.5]}, {1: 3.0, 5: 1.0}),
    "schedule": (X,),
    "history": (HISTORY,),
    "moving_training": (HISTORY, np.arange(40) % 10, 8, 3.5),
}
