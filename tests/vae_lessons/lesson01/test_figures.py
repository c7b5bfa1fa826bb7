"""The figures of 01 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_lessons.lesson01 import figures

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (10, 28, 28), "uint8")
MEAN = RNG.random(784)
CALLS = {
    "pixel_values": (IMAGES[0], slice(5, 10), slice(8, 14)),
    "pixel_histogram": (IMAGES,),
    "class_shares": ([np.full(10, 0.1), np.full(10, 0.1)], ["training", "validation"]),
    "mean_and_variance": (MEAN, MEAN * (1 - MEAN)),
    "moving_binarization": (),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)


def test_classes_of_which_there_are_none_get_no_bars():
    shares = np.bincount([3, 3, 8, 3]) / 4
    axis = figures.class_shares([shares, shares], ["training", "validation"]).axes[0]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["3", "8"]
    assert [bar.get_height() for bar in axis.patches] == [75, 25, 75, 25]
