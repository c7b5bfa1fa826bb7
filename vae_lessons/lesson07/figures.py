"""The figures of notebook 07: arrays in, a Figure out."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from vae_helpers.palette import BLUE, GREY, RED, SERIES, YELLOW
from vae_helpers.plots import course_style, subplots
from vae_helpers.types import Array


@course_style()
def gap_bars(names: Sequence[str], approximation: Array, amortization: Array) -> Figure:
    """Bars that split the gap of each group of images: names (n,), the two parts (n,), in nats per image."""
    figure, axis = subplots(size=(6.4, 2.0))
    style = {"edgecolor": "white", "height": 0.6}
    axis.barh(names, approximation, color=BLUE, label="approximation", **style)
    axis.barh(names, amortization, left=approximation, color=YELLOW, hatch="//", label="amortization", **style)
    for row, total in enumerate(np.add(approximation, amortization)):
        axis.text(total, row, f" {total:.2f}", va="center")
    most = np.max(np.add(approximation, amortization))
    axis.set(xlabel="gap: log p(x) minus ELBO, nats per image", xlim=(0, 1.15 * most))
    axis.invert_yaxis()
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper right", ncols=2)
    return figure


@course_style()
def closing_bound(draws: Sequence[int], shortfalls: Sequence[float], errors: Sequence[float]) -> Figure:
    """How far the bound stays below log p(x), (n,) with errors (n,), for so many draws (n,); both axes logarithmic."""
    figure, axis = subplots(size=(6.0, 3.2))
    axis.errorbar(draws, shortfalls, errors, marker="o", capsize=4, color=BLUE, label="measured")
    axis.plot(draws, shortfalls[0] / np.asarray(draws), ":", color="black", label="a fall as 1/K")
    axis.set(xscale="log", yscale="log", xlabel="draws K", ylabel="log p(x) minus bound, nats")
    axis.set_ylim(0.3 * np.min(shortfalls), 2.5 * np.max(shortfalls))
    axis.legend(loc="lower left")
    return figure


@course_style()
def signals(draws: Sequence[int], ratios: Mapping[str, Array]) -> Figure:
    """Signal-to-noise ratios of gradients for so many draws (n,): ratios {network: (n,)}, both axes logarithmic."""
    figure, axis = subplots(size=(6.0, 3.2))
    for (name, values), marker, colour in zip(ratios.items(), "osv", (RED, BLUE, GREY), strict=False):
        axis.plot(draws, values, marker=marker, color=colour)
        axis.annotate(name, (draws[-1], values[-1]), (6, 0), textcoords="offset points", va="center")
    axis.set(xscale="log", yscale="log", xlabel="draws K in the bound", ylabel="signal to noise")
    axis.set_xlim(0.8 * draws[0], 3.5 * draws[-1])
    return figure


@course_style()
def directions(learned: Array, closed_form: Array, side: int) -> Figure:
    """Columns of two matrices (pixels, n) as images, those learned above those of the closed form."""
    count = learned.shape[1]
    figure, axes = subplots(2, count, size=(1.15 * count + 1, 2.5))
    largest = max(np.abs(learned).max(), np.abs(closed_form).max())
    for row, columns, name in zip(axes, (learned, closed_form), ("learned", "closed form"), strict=True):
        for axis, column in zip(row, columns.T, strict=True):
            axis.imshow(column.reshape(side, side), cmap="PuOr", vmin=-largest, vmax=largest)
            axis.set(xticks=[], yticks=[])
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    return figure


@course_style()
def sandwich(forward: Array, reverse: Array, others: Mapping[str, Array]) -> Figure:
    """For each image bounds on log p(x), as differences to the forward one: reverse (n,), others {name: (n,)}."""
    figure, axis = subplots(size=(6.6, 3.2))
    order = np.argsort(reverse - forward)
    place = np.arange(len(order))
    axis.axhline(0, color=BLUE, label="annealing forward")
    axis.plot(place, (reverse - forward)[order], "v", color=RED, label="annealing in reverse")
    for (name, values), marker, colour in zip(others.items(), "ox", (YELLOW, GREY), strict=False):
        axis.plot(place, (values - forward)[order], marker, color=colour, label=name)
    axis.set(xlabel="image, in the order of the difference", ylabel="nats above the forward one", xticks=[])
    figure.legend(*axis.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


@course_style()
def scores(groups: Mapping[str, Array]) -> Figure:
    """Histograms of log p(x) one above the other: groups {name: (n,)}, on one axis of nats."""
    figure, axes = subplots(len(groups), 1, size=(6.6, 0.85 * len(groups) + 0.6), sharex=True)
    values = np.concatenate(list(groups.values()))
    edges = np.linspace(values.min(), values.max() + 1, 70)
    for axis, (name, log_px), colour in zip(axes, groups.items(), SERIES, strict=False):
        axis.hist(log_px, edges, density=True, color=colour)
        axis.axvline(np.mean(log_px), color="black", linestyle="--", linewidth=1)
        axis.set(yticks=[])
        axis.set_ylabel(name, rotation=0, ha="right", va="center")
    axes[-1].set_xlabel("log p(x), nats; dashed: the mean")
    return figure


@course_style()
def ink_and_score(ink: Array, score: Array, others: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Each image's share of inked pixels (n,) and log p(x) (n,); others {name: (ink, score)}."""
    figure, axis = subplots(size=(6.0, 3.4))
    axis.plot(100 * ink, score, ".", color=BLUE, markersize=3, label="validation digits")
    looks = ("x", YELLOW, 5), ("v", RED, 4), ("*", "black", 13)
    for (name, (amount, value)), (marker, colour, size) in zip(others.items(), looks, strict=False):
        axis.plot(100 * amount, value, marker, color=colour, markersize=size, linestyle="none", label=name)
    axis.set(xlabel="inked pixels, %", ylabel="log p(x), nats")
    axis.legend(loc="lower left", fontsize=9)
    return figure
