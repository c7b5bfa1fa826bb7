"""What single figures of 01 show."""

import numpy as np

from vae_lessons.lesson01 import figures


def test_classes_of_which_there_are_none_get_no_bars():
    shares = np.bincount([3, 3, 8, 3]) / 4
    axis = figures.class_shares([shares, shares], ["training", "validation"]).axes[0]
    assert [label.get_text() for label in axis.get_xticklabels()] == ["3", "8"]
    assert [bar.get_height() for bar in axis.patches] == [75, 25, 75, 25]
