"""What single figures of 06 show."""

import numpy as np
from drawing import figure_calls

from vae_helpers.latent import log_normal, square_grid
from vae_lessons.lesson06 import figures

Z, LOG_VAR, Y, _ = figure_calls("lesson06")["ellipses"]


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
