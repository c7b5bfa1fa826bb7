"""The figures of notebook 02: Gaussians, the reparameterization trick, and the gradients through it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from vae_helpers.palette import BLUE, PURPLE, RED, ROLE, SERIES
from vae_helpers.plots import animate, class_colours, course_style, draw_posterior, subplots
from vae_helpers.types import Array, ArrayLike


@course_style()
def log_variance(z_log_var: Array) -> Figure:
    """The variance and sigma that a head's outputs mean; z_log_var: (n,), increasing, on the horizontal axis."""
    figure, axis = subplots(size=(6.0, 3.4))
    axis.axhspan(-2.5, 0, color="0.92")
    axis.text(1.7, -1.2, "no variance and no sigma\ncan lie here", ha="center", va="center")
    axis.plot(z_log_var, np.exp(z_log_var), label="variance = exp(output)")
    axis.plot(z_log_var, np.exp(z_log_var / 2), "--", label="sigma = exp(output / 2)")
    axis.plot(z_log_var, z_log_var, ":", color="black", label="sigma = output, as it stands")
    axis.set(xlabel="the head's output", ylim=(-2.5, 7.5))
    axis.legend(loc="upper left")
    return figure


@course_style()
def bell_curves(gaussians: Mapping[str, tuple[float, float]]) -> Figure:
    """Densities of Gaussians {label: (mean, sigma)}; what lies within one sigma of the mean is shaded."""
    figure, axis = subplots(size=(6.4, 3.2))
    z = np.linspace(-4, 4, 801)
    for colour, (label, (mean, sigma)) in zip(SERIES, gaussians.items(), strict=False):
        density = np.exp(-0.5 * ((z - mean) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
        axis.plot(z, density, color=colour, label=label)
        axis.fill_between(z, density, where=abs(z - mean) <= sigma, color=colour, alpha=0.25, linewidth=0)
        axis.text(mean, 0.12 / sigma, "68 %", ha="center", va="center")
    axis.set(xlabel="z", ylabel="density", ylim=(0, None))
    axis.legend(loc="upper left")
    return figure


@course_style()
def two_planes(codes: Mapping[str, Array], y: Array) -> Figure:
    """Images' places in several latent planes, {title: (n, 2)}, every plane with its own scale; y: classes (n,)."""
    figure, axes = subplots(1, len(codes), size=(4.4 * len(codes), 4.2), squeeze=False)
    outline = [withStroke(linewidth=3, foreground="white")]
    for axis, (title, z) in zip(axes.flat, codes.items(), strict=True):
        axis.scatter(*z.T, c=class_colours(y), s=4, linewidths=0, marker="s")
        for label in np.unique(y):
            place = np.median(z[y == label], axis=0)
            axis.text(*place, label, size=15, weight="bold", ha="center", va="center", path_effects=outline)
        axis.set(title=title, xlabel="$z_1$", ylabel="$z_2$")
    return figure


@course_style()
def clouds(z_mean: Array, z_log_var: Array, labels: Array) -> Figure:
    """Images' distributions in the latent plane: z_mean, z_log_var (n, 2) as dots and 1-sigma ellipses, labels (n,)."""
    figure, axis = subplots(size=(5.2, 5.0))
    draw_posterior(axis, (0, 0), (0, 0), linestyle="--", color=ROLE["prior"], label="prior, 1 sigma")
    for colour, mean, log_var, label in zip(SERIES, z_mean, z_log_var, labels, strict=False):
        draw_posterior(axis, mean, log_var, color=colour, linewidth=2)
        axis.plot(*mean, "o", color=colour, markersize=3)
        reach = np.exp(np.asarray(log_var) / 2).max() + 0.12
        axis.text(mean[0] + reach, mean[1], label, size=12, weight="bold", va="center")
    limit = 1.25 * max(1.5, np.abs(z_mean).max())
    axis.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
    axis.legend(loc="upper right")
    return figure


@course_style()
def reparameterization(epsilon: Array, z: Array, z_mean: Array, z_log_var: Array) -> Figure:
    """Noise epsilon (n, 2) and the z (n, 2) made from it with z_mean, z_log_var (2,); a letter follows five points."""
    figure, axes = subplots(1, 2, size=(8.0, 4.2), sharex=True, sharey=True)
    titles = ("epsilon, from N(0, I)", "z = z_mean + sigma * epsilon")
    parameters = ((np.zeros(2), np.zeros(2)), (z_mean, z_log_var))
    for axis, points, title, (mean, log_var) in zip(axes, (epsilon, z), titles, parameters, strict=True):
        axis.plot(*np.transpose(points), ".", color="0.75", markersize=3)
        draw_posterior(axis, mean, log_var, color=ROLE["posterior"], linewidth=2)
        for letter, point in zip("abcde", points, strict=False):
            axis.text(*point, letter, color=RED, fontsize=14, fontweight="bold", ha="center", va="center")
        axis.set(title=title, aspect="equal")
    axes[0].set(xlabel="$\\varepsilon_1$", ylabel="$\\varepsilon_2$")
    axes[1].set(xlabel="$z_1$", ylabel="$z_2$")
    return figure


_Edge: TypeAlias = tuple[str, str]
# Nodes {name: (x, y)} and edges of the two computations that gradient_flow draws.
_PLAIN_NODES = {"z_mean": (0, 1), "z_log_var": (0, 0), "sigma": (1.4, 0), "draw": (2.9, 0.5)}
_TRICK_NODES = {"z_mean": (0, 1), "z_log_var": (0, 0), "sigma": (1.4, 0), "epsilon": (1.4, -0.85)}
_TRICK_NODES |= {"\u00d7": (2.4, 0), "+": (3.2, 0.5)}
_END_NODES = {"z": (4.2, 0.5), "loss": (5.2, 0.5)}
_PLAIN_EDGES = [("z_log_var", "sigma"), ("z_mean", "draw"), ("sigma", "draw"), ("draw", "z"), ("z", "loss")]
_TRICK_EDGES = [("epsilon", "\u00d7"), ("z_log_var", "sigma"), ("sigma", "\u00d7"), ("\u00d7", "+"), ("z_mean", "+")]
_TRICK_EDGES += [("+", "z"), ("z", "loss")]


def _draw_arrow(axis: Axes, start: Text, end: Text, **style: Any) -> None:
    """An arrow between two boxes of text, a little to the left of its direction: two can run along each other."""
    ends = np.array([start.get_position(), end.get_position()])
    x, y = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
    ends += 0.06 * np.array([-y, x])
    patches = {"patchA": start.get_bbox_patch(), "patchB": end.get_bbox_patch(), "shrinkA": 3, "shrinkB": 3}
    axis.annotate("", ends[1], ends[0], arrowprops={"arrowstyle": "->", **patches, **style})


def _draw_flow(
    axis: Axes, nodes: Mapping[str, tuple[float, float]], edges: Sequence[_Edge], way_back: Sequence[_Edge]
) -> None:
    """Boxes, tinted where chance enters, a grey arrow per edge, and a dashed one back along way_back's edges."""
    boxes = {}
    for name, (x, y) in nodes.items():
        box = {"boxstyle": "round,pad=0.4", "facecolor": ROLE["chance"] if name in ("draw", "epsilon") else "white"}
        boxes[name] = axis.text(x, y, name, ha="center", va="center", fontsize=11, bbox=box)
    for start, end in edges:
        _draw_arrow(axis, boxes[start], boxes[end], color="0.4")
        if (start, end) in way_back:
            _draw_arrow(axis, boxes[end], boxes[start], color=BLUE, linestyle="--", linewidth=2)
    axis.set(xlim=(-0.5, 5.6), ylim=(-1.1, 1.3), aspect="equal")
    axis.set_axis_off()


@course_style()
def gradient_flow() -> Figure:
    """How far the gradient gets back from the loss: with a plain draw of z, and with the reparameterization trick."""
    figure, (plain, trick) = subplots(2, 1, size=(8.0, 5.6), height_ratios=(1.6, 2.4))
    _draw_flow(plain, _PLAIN_NODES | _END_NODES, _PLAIN_EDGES, _PLAIN_EDGES[-1:])
    _draw_flow(trick, _TRICK_NODES | _END_NODES, _TRICK_EDGES, _TRICK_EDGES[1:])
    plain.set(ylim=(-0.3, 1.3))
    plain.plot(3.5, 0.44, "x", color=RED, markersize=13, markeredgewidth=3)
    plain.set_title("a plain draw: the gradient stops at the draw", loc="left")
    trick.set_title("the trick: z = z_mean + sigma \u00d7 epsilon, and every step can be differentiated", loc="left")
    handles = [plt.Line2D([], [], color="0.4", label="values, forwards")]
    handles += [plt.Line2D([], [], color=BLUE, linestyle="--", linewidth=2, label="gradient, backwards")]
    handles += [plt.Line2D([], [], color=RED, marker="x", linestyle="", markeredgewidth=3, label="stops here")]
    handles += [Patch(facecolor=ROLE["chance"], edgecolor="black", label="chance enters")]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


@course_style()
def gradient_histograms(gradients: Mapping[str, Array], exact: float) -> Figure:
    """Gradients from one draw, {estimator: (n,)}, in panels with a shared axis; a line shows the exact gradient."""
    rows = len(gradients)
    figure, axes = subplots(rows, 1, size=(7.0, 1.8 * rows), sharex=True, sharey=True, squeeze=False)
    low, high = np.quantile(np.concatenate(list(gradients.values())), (0.0003, 0.9997))
    for axis, colour, (name, values) in zip(axes.flat, SERIES, gradients.items(), strict=False):
        axis.hist(values, np.linspace(low, high, 80), density=True, color=colour, label=name)
        axis.axvline(exact, color="black", linestyle="--", label="exact")
        axis.set(ylabel="density", yscale="log")
        axis.legend()
    axes[-1, 0].set(xlabel="gradient from one draw")
    return figure


@course_style()
def moving_reparameterization(
    span: float = 4.5,
) -> tuple[Figure, Callable[[Array, Array, tuple[ArrayLike, Array], Array, str], None]]:
    """Noise on the left, z on the right with its 1-sigma ellipse; five points have a letter and an arrow.

    Returns (figure, move); move(epsilon, z, ellipse, arrows, title): epsilon, z (n, 2); ellipse: z_mean (2,) and sigma
    (2,); arrows (5, 2): where the lettered points would go. Arrays are empty where there is nothing to show.
    """
    figure, axes = subplots(1, 2, size=(8.4, 4.4), sharex=True, sharey=True)
    dots = [axis.plot([], [], ".", color="0.7", markersize=3)[0] for axis in axes]
    style = {"ha": "center", "va": "center", "fontsize": 14, "fontweight": "bold", "color": RED}
    style |= {"path_effects": [withStroke(linewidth=3, foreground="white")], "clip_on": True}
    letters = [[axis.text(0, 0, letter, **style) for letter in "abcde"] for axis in axes]
    draw_posterior(axes[0], (0, 0), (0, 0), color="black", linestyle="--")
    draw_posterior(axes[1], (0, 0), (0, 0), color=ROLE["posterior"], linewidth=2)
    ring = axes[1].patches[0]
    units = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.008, "color": PURPLE, "zorder": 4}
    quiver = axes[1].quiver(np.zeros(5), np.zeros(5), np.zeros(5), np.zeros(5), **units)
    words = axes[1].set_title(" \n ")
    for axis, name in zip(axes, (r"\varepsilon", "z"), strict=True):
        axis.set(xlabel=f"${name}_1$", ylabel=f"${name}_2$", xlim=(-span, span), ylim=(-span, span), aspect="equal")
    noise_words = axes[0].set_title(" \n ")
    animate(*dots, *letters[0], *letters[1], ring, quiver, words, noise_words)

    def move(epsilon, z, ellipse, arrows, title):
        for line, texts, points in zip(dots, letters, (epsilon, z), strict=True):
            line.set_data(*np.reshape(points, (-1, 2)).T)
            for i, text in enumerate(texts):
                text.set(visible=i < len(points) and len(epsilon) > 0, position=points[i] if len(points) else (0, 0))
        ring.set(center=ellipse[0], width=2 * ellipse[1][0], height=2 * ellipse[1][1])
        quiver.set_visible(len(arrows) > 0)
        if len(arrows):
            quiver.set_offsets(z[:5])
            quiver.set_UVC(*np.transpose(arrows))
        words.set_text(title)
        fixed = "epsilon, from N(0, I): the sliders do not touch it\n(dashed: 1 sigma)"
        noise_words.set_text(fixed if len(epsilon) else "no epsilon that is held fixed\n(dashed: 1 sigma)")

    return figure, move
