"""The lessons' panels: each control moves the picture, and the output holds a picture for where no kernel runs."""

import base64
import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from vae_helpers.model import build_decoder, spread_bends
from vae_helpers.panel import VIEW
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
