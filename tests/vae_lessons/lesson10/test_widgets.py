"""The slider of 10: what its page holds."""

import io
import json

import numpy as np
from PIL import Image

from vae_lessons.lesson10 import widgets

RNG = np.random.default_rng(0)
TIMES = np.linspace(0, 1, 3)
IMAGES = [tuple(RNG.random((4, 784)) for _ in range(2)) for _ in TIMES]
PATHS = RNG.normal(size=(3, 5, 2))


def page():
    return widgets.by_time(TIMES, IMAGES, PATHS, np.array([0, 1, 2, 3, 9]))._repr_mimebundle_()


def data(html):
    return json.loads(html.split('<script type="application/json">')[1].split("</script>")[0])


def test_each_time_has_its_digits_its_words_and_its_points():
    held = data(page()["text/html"])
    assert [each["words"] for each in held["steps"]] == [
        "t = 0.00: z_t is 0% code and 100% noise",
        "t = 0.50: z_t is 50% code and 50% noise",
        "t = 1.00: z_t is 100% code and 0% noise",
    ]
    assert len({each["src"] for each in held["steps"]}) == 3
    np.testing.assert_allclose(np.array(held["paths"]) / widgets.SCALE, PATHS, atol=0.5 / widgets.SCALE + 1e-9)
    assert [len(each) for each in held["colours"]] == [7] * 5 and all(each[0] == "#" for each in held["colours"])


def test_a_strip_shows_ink_dark_in_rows():
    rows = np.zeros((2, 3, 784))
    rows[1, 2] = 1
    picture = np.asarray(Image.open(io.BytesIO(widgets.strip(rows))).convert("L"))
    assert picture.shape == (28 + 4 + 28, 3 * 28)
    assert picture[:28].min() > 250 and picture[32:, 56:].max() < 5


def test_the_page_needs_no_address_and_never_varies():
    html = page()["text/html"]
    assert "http" not in html and html == page()["text/html"]
    assert page()["text/plain"] == widgets.WORDS
    assert Image.open(io.BytesIO(widgets.by_time(TIMES, IMAGES, PATHS, np.arange(5)).still)).size[0] == 4 * 28
