"""What single figures of 05 show."""

import numpy as np
from drawing import figure_calls

from vae_lessons.lesson05 import figures

(HISTORY,) = figure_calls("lesson05")["history"]


def test_history_shows_training_and_validation_of_all_three_curves():
    figure = figures.history(HISTORY)
    assert [axis.get_title() for axis in figure.axes] == ["loss", "reconstruction", "kl"]
    for axis in figure.axes:
        assert [line.get_linestyle() for line in axis.lines] == ["-", "--"], "told apart without colour"
        assert list(axis.lines[0].get_ydata()) == [3.0, 2.0, 1.5]


def test_bends_are_where_the_units_bend():
    kernel, bias = np.array([[1.0], [0.0]]), np.array([-2.0])  # max(0, z_1 - 2) bends at z_1 = 2
    line = figures.bends([(kernel, bias)], ["one"]).axes[0].lines[0]
    np.testing.assert_allclose(line.get_xdata(), 2.0)
