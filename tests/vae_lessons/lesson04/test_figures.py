"""What single figures of 04 show."""

import numpy as np
import pytest
from drawing import figure_calls

from vae_lessons.lesson04 import figures

TWO_GAPS = figure_calls("lesson04")["two_gaps"]


def test_the_posteriors_ellipse_lies_along_its_covariance():
    ellipse = figures.two_gaps(*TWO_GAPS).axes[0].patches[0]
    assert max(ellipse.width, ellipse.height) == pytest.approx(2 * np.sqrt(0.8))
    long_axis = ellipse.angle + (90 if ellipse.height > ellipse.width else 0)
    assert long_axis % 180 == pytest.approx(135)  # z_2 falls where z_1 grows
