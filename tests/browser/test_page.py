"""The latent explorer in a page that is opened from the disk, without a kernel or a network."""

import re

import numpy as np
import pytest
import widget_snapshots
from driving import assert_explorer_moves, screenshot
from scipy.special import expit
from widget_state import saved_state

from vae_lessons.lesson06 import widgets


def made_of_arrays(z_mean, labels):
    """An explorer whose decoder is no one's, with a random image for each point."""
    rng = np.random.default_rng(0)
    layers = [(rng.normal(0, 1, shape), rng.normal(0, 1, shape[1])) for shape in ((2, 16), (16, 784))]
    images = rng.integers(0, 256, (len(labels), 784)).astype("uint8")
    return widgets.LatentExplorer(layers, z_mean, labels, images)


@pytest.fixture
def explorer():
    """An explorer with two points; its plane reaches from -3.5 to 3.5."""
    return made_of_arrays(np.array([[1.5, -1.0], [-2.0, 2.5]]), np.array([3, 7]))


def explorers_page(explorer, times, folder):
    """The address of a page in which an explorer is shown so many times, without the site's surroundings."""
    path, saved = folder / "explorers.html", saved_state(explorer)
    path.write_text("".join(widget_snapshots.as_html(saved, i) for i in range(times)), encoding="utf-8")
    return path.as_uri()


def ink(canvas):
    """What a canvas shows, 0 for paper to 1: (pixels,)."""
    rgba = canvas.evaluate("c => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)")
    return 1 - np.array(rgba)[::4] / 255


def decoded_at(explorer, z):
    """The image that the explorer's decoder gives for a point z (2,): (pixels,)."""
    return expit(widgets.logits(explorer.layers, [z]))[0]


def place_in(caption):
    """The two coordinates that a caption of the explorer names."""
    return [float(number) for number in re.findall(r"-?\d+\.\d+", caption.inner_text().replace("\N{MINUS SIGN}", "-"))]


def wait_for_place(page, z, atol=0.03):
    """Until the first explorer says that it has decoded about there; the picture is drawn in the same frame."""
    page.wait_for_function(
        """([z, atol]) => {
          const words = document.querySelector("figcaption").textContent.replaceAll("\u2212", "-");
          const found = words.match(/-?\\d+\\.\\d+/g).map(Number);
          return found.every((value, i) => Math.abs(value - z[i]) < atol);
        }""",
        arg=[list(z), atol],
    )


def click(page, plane, z, span=3.5):
    """Click at a point of the plane."""
    box = plane.bounding_box()
    x, y = (z[0] + span) / (2 * span), (span - z[1]) / (2 * span)
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_the_explorer_decodes_the_point_under_the_pointer(page, explorer, tmp_path):
    page.goto(explorers_page(explorer, 1, tmp_path))
    plane, decoded = page.locator(".plane"), page.locator(".image").first
    caption = page.locator("figcaption").first
    for z in ((1.75, 2.0), (-1.0, -2.5)):
        click(page, plane, z)
        wait_for_place(page, z)
        np.testing.assert_allclose(ink(decoded), decoded_at(explorer, place_in(caption)), atol=0.03)
    page.keyboard.press("ArrowRight")
    wait_for_place(page, (-0.95, -2.5))


def test_a_click_on_a_point_shows_that_points_image(page, explorer, tmp_path):
    page.goto(explorers_page(explorer, 1, tmp_path))
    images = np.frombuffer(explorer.images, "uint8").reshape(2, -1)
    for z, label, image in reversed(list(zip(*explorer.points, images, strict=True))):  # the first is chosen
        click(page, page.locator(".plane"), z)
        caption = page.locator("figcaption").nth(1)
        caption.filter(has_text=f"a {label} at").wait_for()
        assert place_in(caption) == list(z)
        np.testing.assert_allclose(ink(page.locator(".image").nth(1)), image / 255, atol=0.01)
        again = ink(page.locator(".image").nth(2))
        np.testing.assert_allclose(again, decoded_at(explorer, z), atol=0.01)


def test_two_explorers_in_a_page_move_each_for_itself(page, explorer, tmp_path):
    page.goto(explorers_page(explorer, 2, tmp_path))
    explorers = page.locator(".vae-explorer")
    explorers.nth(1).wait_for()  # a page builds them after it has loaded
    captions = [element.locator("figcaption").first for element in explorers.all()]
    assert len(captions) == 2
    other = place_in(captions[1])
    page.locator(".plane").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    assert place_in(captions[0]) != other and place_in(captions[1]) == other


def test_three_thousand_digits_of_two_classes_can_be_explored(page, tmp_path):
    z_mean, labels = np.random.default_rng(1).normal(size=(3000, 2)), np.arange(3000) % 2
    page.goto(explorers_page(made_of_arrays(z_mean, labels), 1, tmp_path))
    assert_explorer_moves(page, page.locator(".vae-explorer"))
    screenshot(page, page.locator(".vae-explorer"), "06-many-digits")
