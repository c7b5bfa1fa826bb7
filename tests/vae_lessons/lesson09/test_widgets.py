"""Class and style to choose: what the page holds."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from vae_lessons.lesson09 import widgets

PICTURES = np.random.default_rng(0).integers(0, 256, (4, 9, 784)).astype("uint8")
PLACES = np.array([-1.0, 0.0, 1.0])


def html():
    return widgets.class_and_style(PICTURES, PLACES, "abcd")._repr_mimebundle_()["text/html"]


def test_each_picture_stands_where_the_script_looks_for_it():
    png = base64.b64decode(re.search(r'data-sheet="data:image/png;base64,([^"]+)"', html())[1])
    sheet = np.asarray(Image.open(io.BytesIO(png)).convert("L")).astype(int)
    assert sheet.shape == (4 * 3 * 28, 3 * 28)
    shown = sheet[28 * (3 * 2 + 1) : 28 * (3 * 2 + 2), 28 * 2 : 28 * 3]  # class 2, row 1, column 2
    assert np.abs(shown - (255 - PICTURES[2, 5].reshape(28, 28))).max() < 40  # in few greys


def test_the_page_has_a_control_for_each_choice_and_needs_no_address():
    page = html()
    assert "http" not in page and page.count('type="radio"') == 4 and page.count('<input type="range"') == 2
    data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page)[1])
    assert data == {"classes": [*"abcd"], "steps": 3, "side": 28, "places": ["\N{MINUS SIGN}1.0", "0.0", "1.0"]}
    assert page == html()  # nothing in it changes from run to run


def test_words_stand_where_html_is_not_shown():
    assert "Interactive" in widgets.class_and_style(PICTURES, PLACES, "abcd")._repr_mimebundle_()["text/plain"]


def test_pictures_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="pictures must have shape"):
        widgets.class_and_style(PICTURES[:, :4], PLACES, "abcd")
