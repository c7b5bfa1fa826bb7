"""The figures of notebook 03: curves, decoded images, and what a pixel costs in nats."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from vae_helpers.palette import BLUE, GREY, RED
from vae_helpers.plots import animate, course_style, draw_image, draw_latent_plane, draw_manifold, frames, subplots
from vae_helpers.types import Array, ArrayLike


@course_style()
def curves(
    x: Array,
    curves: Mapping[str, Array],
    axis_labels: tuple[str, str],
    points: tuple[ArrayLike, ArrayLike] = ((), ()),
    bottom: float | None = None,
) -> Figure:
    """Up to four curves over one x (n,), which have different line styles.

    curves: {label: (n,)}; axis_labels: of x and y; points: x (k,) and y (k,) of dots; bottom: of the vertical axis.
    """
    figure, axis = subplots(size=(5.2, 2.7))
    for style, (label, y) in zip(("-", "--", "-.", ":"), curves.items(), strict=False):
        axis.plot(x, y, style, linewidth=1.8, label=label)
    axis.plot(*points, "o", color="black", markersize=6, zorder=3)
    axis.legend(frameon=False)
    axis.set(xlabel=axis_labels[0], ylabel=axis_labels[1], ylim=(bottom, None))
    return figure


@course_style()
def sigmoid(logits: Array, probabilities: Array, some_logits: ArrayLike, some_probabilities: ArrayLike) -> Figure:
    """The sigmoid and its inverse, with a few points marked on both.

    logits, probabilities: (n,), the curve. some_logits, some_probabilities: (k,), the points.
    """
    figure, axes = subplots(1, 2, size=(6.6, 2.5))
    curve, points = (logits, probabilities), (some_logits, some_probabilities)
    words = ("logit $l$", "probability $p$")
    ways = {"sigmoid: logit to probability": 1, "log-odds: probability to logit": -1}
    for axis, (title, way) in zip(axes, ways.items(), strict=True):
        axis.plot(*curve[::way], linewidth=1.8)
        axis.plot(*points[::way], "o", color="black")
        for x, y in zip(*points[::way], strict=True):
            axis.annotate(f" ({x:.2g}, {y:.2g})", (x, y), xytext=(6, -9), textcoords="offset points", fontsize=9)
        axis.set(title=title, xlabel=words[::way][0], ylabel=words[::way][1])
        axis.locator_params(nbins=7)
    return figure


@course_style()
def decoder_maps(maps: Mapping[str, Array], values: Array) -> Figure:
    """Decoded grids side by side, every pixel a square.

    maps: {title: (n * n, pixels)}, in the order of latent.square_grid(values); values: (n,), ascending.
    """
    figure, axes = subplots(1, len(maps), size=(8.4, 8.4 / len(maps) + 0.2), squeeze=False)
    for axis, (title, images) in zip(axes.flat, maps.items(), strict=True):
        draw_manifold(axis, images, values, title)
        axis.images[0].set_interpolation("nearest")  # smoothed noise is no truer, and a file three times the size
    return figure


@course_style()
def heat_maps(maps: Sequence[Array], titles: Sequence[str], limits: tuple[float, float]) -> Figure:
    """Probabilities over the latent plane. maps: (n, n) arrays, largest z_2 first; limits: of both axes."""
    figure, axes = subplots(1, len(maps), size=(3.0 * len(maps), 3.0), squeeze=False, sharey=True)
    for axis, values, title in zip(axes.flat, maps, titles, strict=True):
        bands = np.linspace(0, 1, 11)  # bands of a tenth: their edges show the slope, and the file stays small
        contours = axis.contourf(np.flipud(values), bands, cmap="cividis", extent=(*limits, *limits))
        axis.set(title=title, xlabel="$z_1$", aspect="equal")
    axes[0, 0].set_ylabel("$z_2$")
    figure.colorbar(contours, ax=axes, label="probability of ink", shrink=0.8)
    return figure


@course_style()
def large_images(images: Sequence[Array], titles: Sequence[str]) -> Figure:
    """A few images (n, pixels), values in [0, 1], side by side, large enough to see single pixels; titles: n texts."""
    figure, axes = subplots(1, len(images), size=(2.1 * len(images), 2.4), squeeze=False)
    for axis, image, title in zip(axes.flat, images, titles, strict=True):
        draw_image(axis, image, title)
    return figure


@course_style()
def nats(values: Mapping[str, float], floor: float) -> Figure:
    """Losses as bars. values: {label: nats per image}; floor: the pixels' entropy in nats, the least of them."""
    figure, axis = subplots(size=(8.0, 0.55 * len(values) + 0.9))
    labels, nats = list(values), np.array(list(values.values()))
    below = {"color": GREY, "hatch": "//", "edgecolor": "white", "label": "floor: entropy of the pixels"}
    axis.barh(labels, np.full(len(nats), floor), **below)
    axis.barh(labels, nats - floor, left=floor, color=BLUE, label="excess")
    for row, value in enumerate(nats):
        axis.text(value, row, f" {value:.1f}", va="center")
    axis.invert_yaxis()
    axis.set(xlabel="cross-entropy [nats per image]", xlim=(0, 1.1 * nats.max()))
    axis.legend(loc="lower right", frameon=False)
    return figure


@course_style()
def moving_decoders(names: Sequence[str], span: float = 3.5) -> tuple[Figure, Callable[[Array, Sequence[Array]], None]]:
    """A point of the latent plane and its image from each of several decoders, whose names are given.

    Returns (figure, move); move(z, images): z (2,), images (decoders, pixels), values in [0, 1].
    """
    figure, axes = subplots(1, 1 + len(names), size=(3.0 * (1 + len(names)), 3.1))
    draw_latent_plane(axes[0], "the point z, and the prior's circles")
    axes[0].set(xlim=(-span, span), ylim=(-span, span))
    (dot,) = axes[0].plot([0], [0], "o", color=RED, markersize=10, zorder=6)
    for axis, name in zip(axes[1:], names, strict=True):
        draw_image(axis, np.zeros((28, 28)), name)
    pictures = [axis.images[0] for axis in axes[1:]]
    animate(dot, *pictures, *frames(axes[1:]))

    def move(z, images):
        dot.set_data([z[0]], [z[1]])
        for picture, image in zip(pictures, images, strict=True):
            side = int(np.sqrt(image.size))
            picture.set_data(np.reshape(image, (side, side)))

    return figure, move
