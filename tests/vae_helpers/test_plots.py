"""The figures that several lessons draw, which images they refuse, and what Jupyter shows of a figure."""

import base64
import io
import os
import subprocess
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawing import check_figure
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from vae_helpers import plots

IMAGES = np.random.default_rng(0).random((10, 784))
CALLS = {
    "images": (IMAGES, list("0123456789")),
    "image_rows": ({"image": IMAGES, "decoded": IMAGES}, "abcdefghij"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_figure_is_whole(name):
    check_figure(getattr(plots, name), CALLS[name])


def test_another_canvas_draws_the_same_under_any_style():
    pictures = []
    for style in ("default", {"axes.unicode_minus": False}):  # the film of a moving figure has a canvas of its own
        with plt.style.context(style):
            figure, axis = plots.subplots()
            axis.set_xlim(-1, 1)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            pictures.append(np.array(canvas.buffer_rgba()))
    assert np.array_equal(*pictures)


def test_an_image_is_drawn_upright_with_dark_ink():
    image = np.zeros((28, 28))
    image[0, 5] = 1  # ink in the top row
    (shown,) = plots.images([image], columns=1).axes[0].images
    assert np.array_equal(shown.get_array(), image)
    assert shown.get_cmap()(1.0)[:3] == (0, 0, 0)
    assert shown.origin == "upper"


def test_images_fill_rows_and_leave_the_rest_empty():
    figure = plots.images(IMAGES[:7], columns=5)
    assert len(figure.axes) == 10
    assert sum(bool(axis.images) for axis in figure.axes) == 7


def test_fewer_images_than_a_row_holds_are_as_large_as_others():
    two, ten = plots.images(IMAGES[:2]), plots.images(IMAGES)
    assert len(two.axes) == 2
    assert two.get_figwidth() == ten.get_figwidth() / 5


@pytest.mark.parametrize("shape", [(784,), (28, 28), (2, 28, 28, 3), (2, 28, 28, 4), (2, 28, 20), (2, 785)])
def test_other_images_are_refused_in_words(shape):
    images = np.zeros(shape)
    for draw in (plots.images, lambda images: plots.image_rows({"row": images}), plots.tiled):
        with pytest.raises(ValueError, match="must be square and grey, .* Pass a single image as"):
            draw(images)


def test_what_the_refusal_says_to_pass_is_taken():
    colour = np.zeros((2, 28, 28, 3))
    for images in (np.zeros(784)[np.newaxis], colour.mean(axis=-1), colour[..., :1]):
        assert len(plots.images(images).axes) == len(images)


def test_a_class_has_its_own_colour_however_many_there_are():
    colours = plots.class_colours(np.arange(10))
    assert colours.shape == (10, 3) and len(np.unique(colours, axis=0)) == 10
    assert np.array_equal(plots.class_colours(np.array([8, 3])), colours[[8, 3]])


IN_JUPYTER = """
import base64
import matplotlib.pyplot
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

shell = InteractiveShell.instance()
formatter = shell.display_formatter
formatter.active_types = list(formatter.formatters)  # a kernel's, where a terminal has text alone
matplotlib.pyplot.switch_backend(matplotlib.rcParams["backend"])  # Jupyter's tells the shell how it shows figures
with capture_output() as beside:
    cell = shell.run_cell("import numpy as np; from vae_helpers import plots; plots.images(np.eye(28)[np.newaxis])")
data, _ = formatter.format(cell.result)
assert set(data) == {"text/plain", "image/png"} and not beside.outputs, (data, beside.outputs)
by_backend = matplotlib.figure.Figure in formatter.formatters["image/png"]
png = data["image/png"]
png = png if isinstance(png, str) else base64.b64encode(png).decode()  # as it is sent
print(by_backend, data["text/plain"], png, sep="|")
"""


def shown_in_jupyter(backend):
    """Whether the backend draws, and the text and the PNG of a cell's one output, in a process with this backend."""
    code = [sys.executable, "-c", IN_JUPYTER]
    printed = subprocess.run(code, env=os.environ | {"MPLBACKEND": backend}, capture_output=True, text=True, check=True)
    by_backend, text, png = printed.stdout.strip().split("|")
    return by_backend, text, base64.b64decode(png)


def test_a_cell_shows_the_same_small_picture_once_under_any_backend():
    by_inline, *shown = shown_in_jupyter("module://matplotlib_inline.backend_inline")
    by_agg, *shown_under_agg = shown_in_jupyter("agg")
    assert (by_inline, by_agg) == ("True", "False")
    assert shown == shown_under_agg
    text, png = shown
    assert text == "<Figure size 90x90 with 1 Axes>"
    picture = Image.open(io.BytesIO(png))
    assert picture.mode == "P", "256 colours, to keep the notebooks small"
    assert max(np.subtract(picture.size, (90, 90))) < 15
