"""The slider of 08: each step holds its words and pictures, and its ring lies on its point."""

import base64
import io
import json
import re

import numpy as np
from PIL import Image

from vae_lessons.lesson08 import widgets

POINTS = np.array([[20.0, 100.0], [10.0, 120.0], [5.0, 150.0]])
ROWS = tuple(np.random.default_rng(0).integers(0, 256, (4, 784)).astype("uint8") for _ in range(3))


def steps():
    html = widgets.by_beta([0.5, 1.0, 4.0], POINTS, np.ones((3, 2)), [ROWS] * 3).html
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)[1])


def test_each_step_says_its_beta_rate_and_distortion():
    assert [each["words"] for each in steps()] == [
        "0.5: rate 20.0, distortion 100.0 nats",
        "1: rate 10.0, distortion 120.0 nats",
        "4: rate 5.0, distortion 150.0 nats",
    ]


def test_the_ring_moves_in_proportion_to_rate_and_distortion():
    left, top = (np.array([each[side] for each in steps()]) for side in ("left", "top"))
    assert np.isclose((left[0] - left[1]) / (left[1] - left[2]), 10 / 5, rtol=0.02)
    assert np.isclose((top[1] - top[0]) / (top[2] - top[1]), 20 / 30, rtol=0.02)
    assert np.all((left > 0) & (left < 100) & (top > 0) & (top < 100))


def test_a_strip_shows_ink_dark_and_one_row_below_another():
    png = base64.b64decode(steps()[0]["src"].partition(",")[2])
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    assert picture.shape == (3 * 28 + 2 * 4, 4 * 28)
    np.testing.assert_allclose(picture[:28, :28], 255 - ROWS[0][0].reshape(28, 28), atol=24)
