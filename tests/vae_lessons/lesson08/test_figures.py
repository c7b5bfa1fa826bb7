"""What single figures of 08 show."""

from drawing import figure_calls

from vae_lessons.lesson08 import figures

RATE_DISTORTION = figure_calls("lesson08")["rate_distortion"]


def test_a_line_of_equal_elbo_falls_by_one_nat_for_each_nat():
    axis = figures.rate_distortion(*RATE_DISTORTION).axes[0]
    slopes = [line.get_slope() for line in axis.lines if hasattr(line, "get_slope")]
    assert slopes == [-1, -1]
