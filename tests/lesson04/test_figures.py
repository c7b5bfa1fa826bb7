"""The figures of 04 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_helpers.lesson04 import figures

RNG = np.random.default_rng(0)
X = np.linspace(0.1, 3, 20)
Z, Y = RNG.normal(size=(40, 2)), np.arange(40) % 10
CALLS = {
    "joint": (X, X, X),
    "estimate_errors": ([1, 2], RNG.normal(size=(2, 10))),
    "jensen": ((1.0, 9.0),),
    "log_ratios": ({"one": (X, X), "other": (X, 2 * X)}, 1.0),
    "error_bars": (["a", "b"], np.zeros(2), np.ones(2)),
    "kl_curves": ({"z_mean": (X, X**2), "z_log_var": (X, X)},),
    "bound": ({"mean": (X, -X), "sigma": (X, -X)}, 0.0),
    "loss_bars": (["a", "b"], np.array([2.0, 1.0]), np.array([0.0, 0.5]), 1.2),
    "one_draw_estimates": (RNG.normal(size=100), "nats"),
    "latent_clouds": ({"one": Z, "other": Z}, Y),
    "effective_betas": ({"a": 1.0, "b": 784.0}, {"c": 24.5}),
    "rate_distortion": ({"a": (5.0, 150.0), "b": (20.0, 100.0)},),
    "beta_objective": (X, -X, -2.0),
    "moving_bound": (X, X, X, -2.0, 5.0),
    "moving_kl": (X, X),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)


def test_a_class_keeps_its_colour_where_others_are_missing():
    ten, two = (figures.latent_clouds({"one": Z, "other": Z}, y) for y in (Y, np.where(Y < 5, 3, 8)))
    for place, label in enumerate((3, 8)):
        colours = [figure.axes[0].collections[i].get_facecolor() for figure, i in ((ten, label), (two, place))]
        assert np.array_equal(*colours)
