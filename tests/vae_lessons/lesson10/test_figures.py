"""The figures of 10 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_lessons.lesson10 import figures

RNG = np.random.default_rng(0)
PLANE = RNG.normal(size=(4, 2))
VALUES = np.array([0.5, 0.8, 0.9])
CALLS = {
    "straight_paths": (PLANE, PLANE[::-1] + 2, RNG.random((4, 1))),
    "flow_in_time": ({"t = 0": RNG.normal(size=(30, 2)), "codes": RNG.normal(size=(30, 2))},),
    "solvers": (
        {"Euler": np.array([10, 20]), "Heun": np.array([10, 20])},
        {"Euler": np.array([0.2, 0.1]), "Heun": np.array([0.1, 0.02])},
    ),
    "densities": ({"prior": -RNG.random(100), "flow": -RNG.random(100)}, 4.0),
    "gains": ({"mixture of 10": 0.2, "flow": 0.3}, [0.01, 0.02], 0.4),
    "distances": ({"real, others": 0.1, "N(0, I)": 40.0}, [0.01, 0.5]),
    "precision_and_recall": ({"real, others": (0.9, 0.9), "flow": (0.8, 0.7)},),
    "guidance": ([0, 1, 2], {"agreement": (VALUES, 0.1 * VALUES, 0.97), "diversity": (VALUES, 0.1 * VALUES, 1.0)}),
    "closing_elbo": ([4, 8], [-2.0, -1.0], -0.9),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)


def test_the_arrows_point_from_noise_to_codes():
    epsilon, z, t = np.zeros((1, 2)), np.array([[3.0, 1.0]]), np.array([[0.5]])
    (arrows,) = [each for each in figures.straight_paths(epsilon, z, t).axes[0].collections if hasattr(each, "U")]
    assert arrows.U[0] > 0 and arrows.V[0] > 0
    np.testing.assert_allclose(arrows.get_offsets(), [[1.5, 0.5]])
