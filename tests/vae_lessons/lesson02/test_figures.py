"""The figures of 02 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_lessons.lesson02 import figures

rng = np.random.default_rng(0)
POINTS, CLASSES = rng.normal(size=(40, 2)), np.arange(40) % 2 * 7
CALLS = {
    "log_variance": (np.linspace(-3, 3, 9),),
    "bell_curves": ({"a": (0.0, 1.0), "b": (1.0, 0.4)},),
    "two_planes": ({"one": POINTS, "other": 10 * POINTS}, CLASSES),
    "clouds": (POINTS[:3], POINTS[:3] - 2, np.arange(3)),
    "reparameterization": (POINTS, 2 * POINTS, np.zeros(2), np.zeros(2)),
    "gradient_flow": (),
    "gradient_histograms": ({"a": rng.normal(size=500), "b": 3 * rng.normal(size=500)}, 2.0),
    "moving_reparameterization": (),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)
