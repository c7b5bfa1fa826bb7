"""What single figures of 07 show."""

from drawing import figure_calls

from vae_lessons.lesson07 import figures

GAP_BARS = figure_calls("lesson07")["gap_bars"]


def test_the_bars_of_the_gap_add_up():
    (axis,) = figures.gap_bars(*GAP_BARS).axes
    assert [text.get_text().strip() for text in axis.texts] == ["4.30", "5.20"]
