"""The interactive figure of 01: an image as numbers, as grey values, as draws."""

import ipywidgets
import numpy as np

from vae_helpers.data import binarize
from vae_helpers.panel import ROW, WIDE, BlitCanvas, Panel, slider
from vae_helpers.types import Array, ArrayLike
from vae_helpers.validate import require_integers, require_shape
from vae_lessons.lesson01 import figures

CROP = 7  # pixels along a side of the box whose numbers are written


def mean_of_draws(image: Array, n: int, seed: int) -> tuple[Array, Array]:
    """The first binarized draw of an image (28, 28), uint8, and the mean of the first n draws: a pair of (28, 28)."""
    draws = binarize(np.broadcast_to(image / 255, (n, *image.shape)), seed)
    return draws[0], draws.mean(axis=0)


def binarization(images: ArrayLike) -> Panel:
    """A panel: one of the images (n, 28, 28), uint8, as numbers, in grey, as one binarized draw, as the mean of many.

    Raises ValueError where the images have another shape or dtype, or there are none.
    """
    images = np.asarray(images)
    require_shape("images", images, ("n", 28, 28))
    require_integers("images", images)
    figure, draw = figures.moving_binarization(CROP)

    def move(image, row, column, n, seed):
        pixels = images[image]
        draw(pixels, (row, column), *mean_of_draws(pixels, n, seed), n)

    return Panel(BlitCanvas(figure), move, _controls(len(images)))


def _controls(n_images: int) -> dict[str, ipywidgets.Widget]:
    last = 28 - CROP
    counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
    return {
        "image": slider("image", min(5, n_images - 1), (0, n_images - 1), 1),
        "row": slider("box: row", 7, (0, last), 1),
        "column": slider("box: column", 13, (0, last), 1),
        "n": ipywidgets.SelectionSlider(options=counts, value=10, description="draws averaged", style=WIDE, layout=ROW),
        "seed": slider("random seed", 0, (0, 20), 1),
    }
