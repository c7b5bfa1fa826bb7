"""The figures of 05 on small made-up arrays."""

import numpy as np
import pytest
from drawing import check_figure, figures_of

from vae_lessons.lesson05 import figures

RNG = np.random.default_rng(0)
X = np.linspace(0.1, 3, 20)
LAYER = (RNG.normal(size=(2, 30)), RNG.uniform(-3, 3, 30))
HISTORY = {f"{part}{name}": [3.0, 2.0, 1.5] for part in ("", "val_") for name in ("loss", "reconstruction", "kl")}
CALLS = {
    "bends": ([LAYER, LAYER], ["one", "other"]),
    "planes": ({0: RNG.normal(size=(40, 2)), 5: RNG.normal(size=(40, 2))}, np.arange(40) % 10),
    "val_losses": ({"one": [3.0, 2.0], "other": [2.5, 1.5]}, {1: 3.0, 5: 1.0}),
    "schedule": (X,),
    "history": (HISTORY,),
    "moving_training": (HISTORY, np.arange(40) % 10, 8, 3.5),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(figures, name), CALLS[name])


def test_every_figure_is_tried():
    assert figures_of(figures) == set(CALLS)


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
