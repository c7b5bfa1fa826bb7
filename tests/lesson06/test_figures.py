"""The figures of 06 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_helpers.lesson06 import figures

RNG = np.random.default_rng(0)
IMAGES = RNG.random((10, 784))
Z, LOG_VAR, Y = RNG.normal(size=(40, 2)), RNG.normal(-3, 0.3, (40, 2)), np.arange(40) % 10
SIDE, PLANE = np.array([-1.0, 0.0, 1.0]), RNG.normal(size=9)
GRID = IMAGES[:9]
CALLS = {
    "latent": (Z, Y),
    "ellipses": (Z, LOG_VAR, Y, (Z[:10], LOG_VAR[:10], Y[:10])),
    "grid_points": ({"one": Z, "other": Z},),
    "manifold": (GRID, SIDE),
    "manifolds": ({"one": (GRID, SIDE), "other": (GRID, SIDE)},),
    "path": (Z[:5], Z, Y),
    "class_map": (Y[:9], np.full(9, 0.5), SIDE, Z, Y),
    "marginals": (Z,),
    "densities": (PLANE, PLANE, SIDE),
    "draws": ({"sure": (IMAGES[:5], Z[:5]), "unsure": (IMAGES[5:], Z[5:10])}, Z),
    "explorer": (Z, Y, GRID, SIDE, IMAGES[9]),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)


def test_numbered_ellipses_bear_the_numbers_of_their_classes():
    y = np.where(Y < 5, 3, 8)
    axis = figures.ellipses(Z, LOG_VAR, y, (Z[4:6], LOG_VAR[4:6], y[4:6])).axes[0]
    assert [text.get_text() for text in axis.texts if "%" not in text.get_text()] == ["3", "8"]


def test_manifold_puts_the_first_image_at_the_top_left():
    grid = np.zeros((4, 784))
    grid[0] = 1
    shown = np.asarray(figures.manifold(grid, np.array([-1.0, 1.0])).axes[0].images[0].get_array())
    assert shown.shape[:2] == (56, 56)
    assert shown[:28, :28].min() == 1
    assert shown[28:].max() == shown[:, 28:].max() == 0
