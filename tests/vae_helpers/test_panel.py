"""The lessons' panels: each control moves the picture, and the output holds a picture for where no kernel runs."""

import base64
import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from vae_helpers.model import build_decoder, spread_bends
from vae_helpers.panel import VIEW, HtmlFigure, data_uri, ink_png, quantized_png, strip_png
from vae_lessons.lesson01.widgets import binarization
from vae_lessons.lesson02.widgets import reparameterization
from vae_lessons.lesson03.widgets import decoders
from vae_lessons.lesson04.widgets import bound, kl_surface

PANELS = {
    "binarization": lambda: binarization(np.random.default_rng(0).integers(0, 256, (4, 28, 28), "uint8")),
    "reparameterization": reparameterization,
    "decoders": lambda: decoders({"one": build_decoder(**spread_bends(0)), "other": build_decoder()}),
    "bound": bound,
    "kl_surface": kl_surface,
}


@pytest.fixture(params=PANELS)
def panel(request):
    return PANELS[request.param]()


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def other_value(control):
    """A value that the control does not have now."""
    if hasattr(control, "options"):
        return next(option for option in control.options if option != control.value)
    return control.min if control.value > (control.min + control.max) / 2 else control.max


def test_each_control_moves_the_picture_and_back(panel):
    start = panel.still_png()
    for name, control in panel.controls.items():
        before = control.value
        control.value = other_value(control)
        assert not np.array_equal(pixels(panel.still_png()), pixels(start)), name
        control.value = before
        np.testing.assert_array_equal(pixels(panel.still_png()), pixels(start))


def test_titles_and_labels_lie_within_the_picture(panel):
    figure = panel.film.canvas.figure
    for axis in figure.axes:
        for text in (axis.title, axis.xaxis.label, axis.yaxis.label):
            box = text.get_window_extent()
            if text.get_text():
                assert box.ymin >= 0 and box.ymax <= figure.bbox.height and box.xmin >= 0, text


@pytest.mark.parametrize(("make", "control"), [(bound, "m"), (reparameterization, "mean_1")])
def test_a_moving_figure_is_the_figure_drawn_whole(make, control):
    panel = make()
    panel.controls[control].value = 0.5
    for artist in panel.film.moving:
        artist.set_animated(False)
    panel.film.canvas.draw()
    whole = np.asarray(panel.film.canvas.buffer_rgba())[:, :, :3]
    difference = np.abs(whole.astype(int) - pixels(panel.still_png()))
    assert np.mean(difference > 40) < 0.005  # curves cross in another order, the rest is the same


def test_the_output_holds_the_picture_and_a_short_text():
    panel = bound()
    bundle = panel._repr_mimebundle_()
    stored, shown = (pixels(png).astype(int) for png in (base64.b64decode(bundle["image/png"]), panel.still_png()))
    assert np.abs(stored - shown).mean() < 2
    assert bundle["text/plain"] == "Interactive figure: run the notebook to move it."
    assert bundle[VIEW]["model_id"] == panel.model_id


def test_only_the_decoders_panel_imports_tensorflow():
    modules = ", ".join(f"vae_lessons.lesson0{i}.widgets" for i in (1, 2, 4, 5, 6))
    code = f"import sys, {modules}; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# --- HTML that needs no kernel ---


def test_an_html_figure_brings_its_html_its_words_and_its_picture():
    shown = HtmlFigure("<p>moves</p>", "Interactive figure.", still=b"PNG")
    picture = base64.b64encode(b"PNG").decode()
    assert shown._repr_mimebundle_(include=None, exclude=None) == {
        "text/plain": "Interactive figure.",
        "image/png": picture,
        "text/html": "<p>moves</p>",
    }


def test_an_html_figure_without_a_picture_sends_none():
    assert HtmlFigure("<p>moves</p>", "words")._repr_mimebundle_() == {
        "text/plain": "words",
        "text/html": "<p>moves</p>",
    }


def test_a_data_uri_holds_the_whole_png():
    png = ink_png(np.zeros((2, 2), "uint8"))
    start, text = data_uri(png).split(",")
    assert start == "data:image/png;base64" and base64.b64decode(text) == png


def test_ink_is_dark_and_paper_white():
    ink = np.array([[0, 255], [128, 64]], "uint8")
    np.testing.assert_array_equal(pixels(ink_png(ink))[..., 0], 255 - ink)


def test_a_strip_stacks_rows_of_digits_with_paper_between():
    black, white = np.full((3, 784), 255, "uint8"), np.zeros((3, 784), "uint8")
    page = pixels(strip_png([black, white, black], gap=5))[..., 0]  # grey values (height, width)
    assert page.shape == (3 * 28 + 2 * 5, 3 * 28)
    assert (page[:28] == 0).all() and (page[28:-28] == 255).all() and (page[-28:] == 0).all()


def test_a_quantized_png_has_at_most_256_colours_and_the_same_size():
    noise = np.random.default_rng(0).integers(0, 256, (40, 50, 3), "uint8")
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "png")
    quantized = pixels(quantized_png(buffer.getvalue()))
    assert quantized.shape == noise.shape
    assert len(np.unique(quantized.reshape(-1, 3), axis=0)) <= 256
