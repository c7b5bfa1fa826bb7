"""The figures of 06 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_helpers.latent import log_normal, square_grid
from vae_lessons.lesson06 import figures
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


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)


def test_numbered_ellipses_bear_the_numbers_of_their_classes():
    axis = figures.ellipses(Z, LOG_VAR, Y, (Z[:2], LOG_VAR[:2], Y[:2])).axes[0]
    assert [text.get_text() for text in axis.texts if "%" not in text.get_text()] == ["8", "3"]


def test_manifold_puts_the_first_image_at_the_top_left():
    grid = np.zeros((4, 784))
    grid[0] = 1
    shown = np.asarray(figures.manifold(grid, np.array([-1.0, 1.0])).axes[0].images[0].get_array())
    assert shown.shape[:2] == (56, 56)
    assert shown[:28, :28].min() == 1
    assert shown[28:].max() == shown[:, 28:].max() == 0


def test_a_small_plane_for_each_class_that_is_there():
    axes = figures.classes(Z, np.where(Y < 5, 3, 8)).axes
    assert [axis.get_title() for axis in axes] == ["3", "8"]
    assert [len(axis.collections[1].get_offsets()) for axis in axes] == [20, 20]


def test_the_ratio_of_the_densities_is_left_out_where_neither_has_any():
    side = np.linspace(-6, 6, 13)
    log_p = log_normal(square_grid(side), 0.0, 0.0)
    log_q = np.where(np.abs(square_grid(side)[:, 0]) < 3, log_p, -50.0)
    negligible = figures._both_negligible(log_q, log_p)
    assert negligible.reshape(13, 13)[0, 0] and not negligible.reshape(13, 13)[6, 6]
    assert negligible[log_p < -10].all()


def test_the_lowest_images_get_a_ring():
    elbo, log_px = np.array([-9.0, -4.0, -3.0]), np.array([-5.0, -3.5, -2.5])
    ringed = figures.bound(log_px, elbo, np.array([0])).axes[0].lines[1]
    assert ringed.get_xydata().tolist() == [[-5.0, -9.0]]
