"""Figures: arrays in, a matplotlib Figure out. Nothing here trains, downloads or knows a model.

A figure is closed before it is returned, so that a notebook shows it once: as the value of its cell.
Ink is dark on a white page in every figure, and the colours are ones that colour-blind readers can tell apart
(Petroff 2021, the "petroff10" sequence), always together with a label or a line style.
"""

import matplotlib.pyplot as plt
import numpy as np

COLOURS = plt.color_sequences["petroff10"]
INK = "gray_r"
STYLE = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": plt.cycler(color=COLOURS),
    "figure.facecolor": "white",
    "font.size": 10,
    "axes.titlesize": 10,
    "legend.frameon": False,
}


def _subplots(rows=1, columns=1, size=(6.0, 3.5), **kwargs):
    """A closed figure in the course's style and its axes."""
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", **kwargs)
    plt.close(figure)
    return figure, axes


def _draw_image(axis, image, title=""):
    """One image, flat or square, values in [0, 1], on an axis without ticks."""
    side = int(np.sqrt(np.size(image)))
    axis.imshow(np.reshape(image, (side, side)), cmap=INK, vmin=0, vmax=1)
    axis.set(title=title, xticks=[], yticks=[])


def plot_images(images, titles=None, columns=10):
    """Images (n, pixels) or (n, 28, 28), values in [0, 1], in rows of ``columns``; titles: n words, or None."""
    rows = -(-len(images) // columns)
    height = 0.9 if titles is None else 1.15
    figure, axes = _subplots(rows, columns, size=(0.9 * columns, height * rows), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, image, title in zip(axes.flat, images, titles or [""] * len(images), strict=False):
        axis.set_axis_on()
        _draw_image(axis, image, title)
    return figure
