"""The figures of 07 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_lessons.lesson07 import figures

RNG = np.random.default_rng(0)
PAIR = RNG.random(8), -RNG.random(8)
CALLS = {
    "gap_bars": (["training", "validation"], np.array([0.3, 0.2]), np.array([4.0, 5.0])),
    "closing_bound": ([1, 10, 100], np.array([5.0, 3.0, 2.0]), np.array([0.5, 0.4, 0.3])),
    "signals": ([1, 4, 16], {"encoder": np.array([1.0, 0.7, 0.5]), "decoder": np.array([10.0, 15.0, 20.0])}),
    "directions": (RNG.normal(size=(49, 4)), RNG.normal(size=(49, 4)), 7),
    "sandwich": (RNG.normal(size=9), RNG.normal(size=9), {"weights": RNG.normal(size=9)}),
    "scores": ({"digits": RNG.normal(-150, 30, 90), "others": RNG.normal(-200, 30, 80)},),
    "ink_and_score": (*PAIR, {"strokes": PAIR, "half the ink": PAIR, "blank": (np.zeros(1), np.zeros(1))}),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)


def test_the_bars_of_the_gap_add_up():
    (axis,) = figures.gap_bars(*CALLS["gap_bars"]).axes
    assert [text.get_text().strip() for text in axis.texts] == ["4.30", "5.20"]
