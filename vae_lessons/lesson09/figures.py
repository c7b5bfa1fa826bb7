"""The figures of notebook 09: arrays in, a Figure out."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vae_helpers.palette import BLUE, RED, SERIES, YELLOW
from vae_helpers.plots import class_colours, course_style, draw_latent_plane, subplots
from vae_helpers.types import Array

MARKERS = "osD^"


@course_style()
def colour_rows(rows: Mapping[str, Array]) -> Figure:
    """Rows of images to be compared column by column: {label: (n, height, width, 1 or 3)}, values in [0, 1]."""
    columns = len(next(iter(rows.values())))
    figure, axes = subplots(len(rows), columns, size=(0.8 * columns + 1.2, 0.85 * len(rows)), squeeze=False)
    for axis, image in _framed(axes, rows):
        axis.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    return figure


def _framed(axes: Any, rows: Mapping[str, Array]) -> Iterator[tuple[Axes, Array]]:
    """Yield each axis with its image: framed, without ticks, and each row with its label."""
    for row, (label, images) in zip(axes, rows.items(), strict=True):
        row[0].set_ylabel(label, rotation=0, ha="right", va="center")
        for axis, image in zip(row, images, strict=True):
            axis.spines[:].set(visible=True, color="0.75")
            axis.set(xticks=[], yticks=[])
            yield axis, image


@course_style()
def overlap(counts: Mapping[str, Array]) -> Figure:
    """How often each place of a larger signal is reached: {name: (n,)}, whole numbers, as bars one above the other."""
    figure, axes = subplots(len(counts), 1, size=(5.6, 1.1 * len(counts) + 0.3), sharex=True, squeeze=False)
    for axis, (name, values), colour in zip(axes.flat, counts.items(), SERIES, strict=False):
        axis.bar(range(len(values)), values, color=colour, edgecolor="white")
        axis.set(yticks=range(0, int(np.max(values)) + 1), xticks=range(len(values)))
        axis.set_title(name, fontsize=10, loc="left")
    axes[-1, 0].set_xlabel("place in the larger signal")
    return figure


@course_style()
def fields(rows: Mapping[str, Array]) -> Figure:
    """Rows of fields of positive and negative numbers: {label: (n, height, width)}, each image on its own scale."""
    columns = len(next(iter(rows.values())))
    figure, axes = subplots(len(rows), columns, size=(1.05 * columns + 1.6, 1.1 * len(rows)), squeeze=False)
    for axis, image in _framed(axes, rows):
        centred = image - image.mean()
        largest = np.abs(centred).max()
        axis.imshow(centred, cmap="PuOr", vmin=-largest, vmax=largest, interpolation="nearest")
    return figure


@course_style()
def evidence_and_gap(values: Mapping[str, tuple[tuple[float, float], tuple[float, float]]]) -> Figure:
    """log p(x) and the gap of several networks, with errors: {name: ((mean, error), (mean, error))}, nats per image."""
    figure, axes = subplots(1, 2, size=(8.2, 0.4 * len(values) + 1.1), sharey=True)
    titles = "log p(x), nats: right is better", "gap, nats: left is better"
    for axis, title, pairs in zip(axes, titles, zip(*values.values(), strict=True), strict=True):
        for row, ((mean, error), marker) in enumerate(zip(pairs, MARKERS, strict=False)):
            axis.errorbar(mean, row, xerr=error, fmt=marker, color=SERIES[row % 3], markersize=8, capsize=4)
            axis.annotate(f"{mean:.2f}", (mean, row), (0, 8), textcoords="offset points", ha="center")
        axis.set(xlabel=title, yticks=range(len(values)), yticklabels=list(values), ylim=(len(values) - 0.5, -0.7))
        axis.margins(x=0.25)
    return figure


@course_style()
def continuous_bernoullis(x: Array, densities: Mapping[float, Array], p: Array, normalizers: Array) -> Figure:
    """Densities over the grey value x (n,): {p: (n,)}, and the log normalizer (m,) over p (m,)."""
    figure, (left, right) = subplots(1, 2, size=(8.2, 3.0))
    styles = zip(densities.items(), SERIES, ("-", "--", ":", "-."), strict=False)
    for (name, values), colour, style in styles:
        left.plot(x, values, style, color=colour, linewidth=2, label=f"p = {name}")
    left.set(xlabel="grey value x", ylabel="density", ylim=(0, None))
    left.legend()
    right.plot(p, normalizers, color=BLUE, linewidth=2)
    right.plot(0.5, np.log(2), "o", color=RED)
    right.annotate("log 2", (0.5, np.log(2)), (0, 8), textcoords="offset points", ha="center")
    right.set(xlabel="p", ylabel="log normalizer, nats per pixel", ylim=(0, None))
    return figure


@course_style()
def bits(values: Mapping[str, Mapping[str, float]]) -> Figure:
    """Bits per dimension of several likelihoods on several sets of images: {images: {likelihood: bits}}."""
    names = list(next(iter(values.values())))
    figure, axis = subplots(size=(7.4, 0.45 * len(names) + 1.2))
    for (kind, table), marker, colour in zip(values.items(), MARKERS, (BLUE, YELLOW), strict=False):
        axis.plot(list(table.values()), range(len(names)), marker, color=colour, markersize=9, label=kind)
    axis.axvline(8, color="black", linestyle="--", linewidth=1, label="no model: 8 bits")
    axis.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5), xlim=(0, None))
    axis.set(xlabel="bits per dimension (at most), less is better")
    figure.legend(loc="outside upper right", ncols=3)
    return figure


@course_style()
def planes(panels: Mapping[str, tuple[Array, Array]]) -> Figure:
    """The latent plane of several models side by side: {title: (z_mean (n, 2), labels (n,))}, one colour a class."""
    figure, axes = subplots(1, len(panels), size=(3.3 * len(panels), 3.6), squeeze=False)
    for axis, (title, (z_mean, labels)) in zip(axes.flat, panels.items(), strict=True):
        axis.scatter(*z_mean.T, s=5, c=class_colours(labels), linewidths=0)
        draw_latent_plane(axis, title)
        for label in np.unique(labels):
            place = np.median(z_mean[labels == label], axis=0)
            box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8}
            axis.text(*place, str(label), ha="center", va="center", weight="bold", bbox=box, zorder=5)
    return figure
