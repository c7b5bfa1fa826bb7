"""The figures of 07 and 08 are HTML with a script: moved in a page without a kernel."""

import numpy as np
import pytest
from driving import assert_words_follow_the_range

from vae_helpers.lesson07 import widgets as bounds
from vae_helpers.lesson08 import widgets as betas

RNG = np.random.default_rng(0)


def bound_explorer():
    images = (RNG.random((3, 784)) < 0.2).astype("float32")
    return bounds.bound_explorer(RNG.normal(-150, 3, (4000, 3)), np.array([-148.0, -149.0, -147.0]), images)


def by_beta():
    points = np.array([[20.0, 100.0], [10.0, 120.0], [5.0, 150.0]])
    pictures = [tuple(RNG.integers(0, 256, (4, 784)).astype("uint8") for _ in range(3)) for _ in points]
    return betas.by_beta([0.5, 1.0, 4.0], points, np.ones((3, 2)), pictures)


@pytest.mark.parametrize(("make", "name"), [(bound_explorer, ".iw-bound"), (by_beta, ".rate-slider")])
def test_the_words_follow_the_range(page, tmp_path, make, name):
    path = tmp_path / "figure.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{make()._repr_mimebundle_()['text/html']}", encoding="utf-8")
    page.goto(path.as_uri())
    assert_words_follow_the_range(page, page.locator(name))
