"""The figures of 07 to 10 are HTML with a script: moved in a page without a kernel."""

import numpy as np
import pytest
from driving import DIGEST, assert_words_follow_the_range

from vae_lessons.lesson07 import widgets as bounds
from vae_lessons.lesson08 import widgets as betas
from vae_lessons.lesson09 import widgets as wishes
from vae_lessons.lesson10 import widgets as flows

RNG = np.random.default_rng(0)


def bound_explorer():
    images = (RNG.random((3, 784)) < 0.2).astype("float32")
    return bounds.bound_explorer(RNG.normal(-150, 3, (4000, 3)), np.array([-148.0, -149.0, -147.0]), images)


def by_beta():
    points = np.array([[20.0, 100.0], [10.0, 120.0], [5.0, 150.0]])
    pictures = [tuple(RNG.integers(0, 256, (4, 784)).astype("uint8") for _ in range(3)) for _ in points]
    return betas.by_beta([0.5, 1.0, 4.0], points, np.ones((3, 2)), pictures)


def by_time():
    times = np.linspace(0, 1, 4)
    images = [(RNG.random((3, 784)), RNG.random((3, 784))) for _ in times]
    return flows.by_time(times, images, RNG.normal(size=(4, 20, 2)), RNG.integers(0, 10, 20))


FIGURES = [(bound_explorer, ".iw-bound"), (by_beta, ".rate-slider"), (by_time, ".time-slider")]


@pytest.mark.parametrize(("make", "name"), FIGURES)
def test_the_words_follow_the_range(page, tmp_path, make, name):
    path = tmp_path / "figure.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{make()._repr_mimebundle_()['text/html']}", encoding="utf-8")
    page.goto(path.as_uri())
    assert_words_follow_the_range(page, page.locator(name))


def test_a_class_and_a_style_are_chosen_by_keyboard(page, tmp_path):
    pictures = RNG.integers(0, 256, (4, 9, 784)).astype("uint8")
    html = wishes.class_and_style(pictures, np.array([-1.0, 0.0, 1.0]), "abcd")._repr_mimebundle_()["text/html"]
    path = tmp_path / "figure.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{html}", encoding="utf-8")
    page.goto(path.as_uri())
    figure = page.locator(".class-and-style")
    for control in ("input[type=radio]", "input[type=range]"):
        for place in range(2):
            words, picture = figure.locator("output").inner_text(), figure.locator(".large").evaluate(DIGEST)
            figure.locator(control).nth(place).focus()
            page.keyboard.press("ArrowRight" if place or "range" in control else "ArrowDown")
            assert figure.locator("output").inner_text() != words, (control, place)
            assert figure.locator(".large").evaluate(DIGEST) != picture, (control, place)
