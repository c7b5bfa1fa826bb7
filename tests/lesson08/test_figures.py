"""The figures of 08 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_helpers.lesson08 import figures

X = np.linspace(0.1, 3, 20)
CALLS = {
    "effective_betas": ({"a": 1.0, "b": 784.0}, {"c": 24.5}),
    "rate_distortion": ({"a": (5.0, 150.0), "b": (20.0, 100.0)},),
    "beta_objective": (X, -X, -2.0),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)
