"""The drawing pad in a page without a kernel or a network: drawn on by mouse and by keyboard."""

import re

import numpy as np
import pytest
import widget_snapshots
from driving import screenshot
from widget_state import saved_state

from vae_lessons.lesson06 import pad


@pytest.fixture
def shown(page, tmp_path):
    """A pad of random networks that depends on its image, opened in a page; it starts from the first of two images."""
    rng = np.random.default_rng(0)
    encoder = [(rng.normal(0, 0.05, (784, 8)), np.zeros(8)), (rng.normal(0, 0.3, (8, 4)), np.array([0, 0, -3, -3]))]
    decoder = [(rng.normal(0, 1, (2, 8)), np.ones(8)), (rng.normal(0, 0.3, (8, 784)), np.full(784, -2.0))]
    images = (255 * (rng.random((2, 784)) < 0.1)).astype("uint8")
    widget = pad.DrawingPad(encoder, decoder, np.linspace(-900, -100, 100), images, np.array([4, 9]))
    path = tmp_path / "pad.html"
    path.write_text(widget_snapshots.as_html(saved_state(widget), "one"), encoding="utf-8")
    page.goto(path.as_uri())
    page.locator(".posterior[data-drawn]").wait_for()
    return widget


def numbers(page):
    """What the pad says: z_mean and sigma, two numbers each, the reconstruction term, the KL and the ELBO."""
    text = page.locator(".numbers").inner_text().replace("\N{MINUS SIGN}", "-")
    return [float(each) for each in re.findall(r"-?\d+\.\d+", text)[:7]]


def ink(page):
    """How many pixels of what the model gets are darker than half."""
    rgba = page.locator(".image").first.evaluate("c => Array.from(c.getContext('2d').getImageData(0, 0, 28, 28).data)")
    return np.sum(np.array(rgba)[::4] < 128)


def drag(page, *places):
    """Draw a line through places of the pad, each as shares of its width and height."""
    box = page.locator(".pad").bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=8)
    page.mouse.up()


def test_the_pad_says_of_its_first_image_what_python_says(page, shown):
    right = pad.measure(*shown.parts, shown.first)
    expected = [*right.z_mean, *np.exp(right.z_log_var / 2), right.reconstruction, right.kl, right.elbo]
    np.testing.assert_allclose(numbers(page), expected, atol=0.051)


def test_a_drawing_is_measured_and_cleared(page, shown):
    page.locator("button[name=clear]").click()
    empty = numbers(page)
    assert ink(page) == 0
    drag(page, (0.3, 0.3), (0.7, 0.3), (0.5, 0.8))
    assert ink(page) > 20 and numbers(page) != empty
    page.locator(f".posterior[data-drawn]:not([data-drawn='{1}'])").wait_for()
    screenshot(page, page.locator(".vae-pad"), "06-pad-drawn")
    page.locator("button[name=clear]").click()
    assert ink(page) == 0 and numbers(page) == empty


def test_the_pad_starts_from_a_digit_of_the_data(page, shown):
    before = numbers(page)
    page.locator("select[name=start]").select_option(label="a 9 of the data")
    assert numbers(page) != before


def test_the_pen_moves_by_keyboard(page, shown):
    page.locator("button[name=clear]").click()
    page.locator(".pad").focus()
    page.keyboard.press("ArrowDown")
    assert ink(page) == 0
    page.keyboard.press(" ")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert 10 < ink(page) < 40
    page.keyboard.press(" ")
    drawn = ink(page)
    page.keyboard.press("ArrowUp")
    assert ink(page) == drawn
