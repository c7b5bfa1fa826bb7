"""The figures of notebook 01: pixels, their values, and what becomes of them."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from vae_helpers.palette import YELLOW
from vae_helpers.plots import INK, animate, course_style, draw_image, frames, subplots
from vae_helpers.types import Array


@course_style()
def pixel_values(image: Array, rows: slice, columns: slice) -> Figure:
    """One raw image (28, 28), 0 to 255, with a box around a crop, and that crop with each pixel's number in it.

    rows, columns: slices that cut out the crop.
    """
    figure, (whole, part) = subplots(1, 2, size=(8.4, 3.6), width_ratios=(1, 1.35))
    for axis, pixels in ((whole, image), (part, image[rows, columns])):
        axis.imshow(pixels, cmap=INK, vmin=0, vmax=255)
    corner = (columns.start - 0.5, rows.start - 0.5)
    size = (columns.stop - columns.start, rows.stop - rows.start)
    whole.add_patch(plt.Rectangle(corner, *size, fill=False, edgecolor=YELLOW, linewidth=2))
    for (row, column), value in np.ndenumerate(image[rows, columns]):
        part.text(column, row, value, ha="center", va="center", fontsize=9, color="white" if value > 127 else "black")
    whole.set(title="the image", xlabel="column", ylabel="row")
    part.set(title="the pixels in the box", xticks=[], yticks=[])
    return figure


@course_style()
def pixel_histogram(images: Array) -> Figure:
    """Shares of the pixels by value, of uint8 images (n, 28, 28): all pixels, and those above 0 alone."""
    figure, (left, right) = subplots(1, 2, size=(8.4, 3.0))
    counts = np.bincount(images.ravel(), minlength=256)  # (256,)
    for axis, edges, title in (
        (left, np.arange(0, 257, 16), "all pixels"),
        (right, np.arange(1, 257, 15), "the pixels above 0"),
    ):
        bin_counts = np.add.reduceat(counts, edges[:-1])  # (bins,)
        shares = 100 * bin_counts / bin_counts.sum()
        axis.bar(edges[:-1], shares, width=np.diff(edges), align="edge", edgecolor="white")
        axis.set(title=title, xlabel="pixel value (0: paper, 255: full ink)", ylabel="share of these pixels, %")
        axis.set(xlim=(0, 256), xticks=[0, 64, 128, 192, 255])
    return figure


@course_style()
def class_shares(shares: Sequence[Array], names: Sequence[str]) -> Figure:
    """Share of each class in several sets of labels, as groups of bars.

    shares: (sets, classes), each row adding up to 1; a class of which no set has any is left out. names: of the sets.
    """
    figure, axis = subplots(size=(8.0, 3.0))
    classes = np.flatnonzero(np.any(shares, axis=0))
    places, width = np.arange(len(classes)), 0.8 / len(shares)
    for i, (row, name) in enumerate(zip(shares, names, strict=True)):
        style = {"label": name, "hatch": ["", "//", ".."][i % 3], "edgecolor": "white"}
        axis.bar(places - 0.4 + i * width, 100 * row[classes], width, align="edge", **style)
    axis.set(xlabel="class", ylabel="share of the set, %", xticks=places, xticklabels=classes)
    figure.legend(loc="outside upper center", ncols=len(names), frameon=False)
    return figure


@course_style()
def moving_binarization(
    side: int = 7,
) -> tuple[Figure, Callable[[Array, tuple[int, int], Array, Array, int], None]]:
    """An image as numbers, in grey, as one binarized draw, and as the mean of several draws.

    Returns (figure, move); move(pixels, corner, draw, mean, n): pixels (28, 28) uint8; corner: row and column of the
    side x side pixels whose numbers are written; draw, mean: (28, 28), values in [0, 1]; n: the number of draws.
    """
    figure, axes = subplots(1, 4, size=(9.0, 2.75), width_ratios=(1.15, 1, 1, 1))
    for axis, title in zip(axes, ("numbers in the box", "grey values", "one draw", ""), strict=True):
        draw_image(axis, np.zeros((28, 28)), title)
    images = [axis.images[0] for axis in axes]
    images[0].set(extent=(-0.5, side - 0.5, side - 0.5, -0.5))
    axes[0].set(xlim=(-0.5, side - 0.5), ylim=(side - 0.5, -0.5))
    cells = [axes[0].text(j, i, "", ha="center", va="center", fontsize=9) for i, j in np.ndindex(side, side)]
    box = axes[1].add_patch(plt.Rectangle((0, 0), side, side, fill=False, edgecolor=YELLOW, linewidth=2))
    words = axes[3].set_title(" ")
    animate(*images, *frames(axes), *cells, box, words)

    def move(pixels, corner, draw, mean, n):
        row, column = corner
        crop = pixels[row : row + side, column : column + side]
        for image, values in zip(images, (crop / 255, pixels / 255, draw, mean), strict=True):
            image.set_data(values)
        for cell, value in zip(cells, crop.ravel(), strict=True):
            cell.set(text=str(value), color="white" if value > 127 else "black")
        box.set_xy((column - 0.5, row - 0.5))
        words.set_text("one draw" if n == 1 else f"mean of {n} draws")

    return figure, move
