"""The figures of 04 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_lessons.lesson04 import figures

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


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)


def test_the_posteriors_ellipse_lies_along_its_covariance():
    ellipse = figures.two_gaps(*CALLS["two_gaps"]).axes[0].patches[0]
    assert max(ellipse.width, ellipse.height) == pytest.approx(2 * np.sqrt(0.8))
    long_axis = ellipse.angle + (90 if ellipse.height > ellipse.width else 0)
    assert long_axis % 180 == pytest.approx(135)  # z_2 falls where z_1 grows
