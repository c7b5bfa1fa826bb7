"""The figures of notebook 06: the latent plane, as points, as classes, as densities and as images."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from vae_helpers.latent import log_normal, prior_radius
from vae_helpers.palette import ROLE, SERIES
from vae_helpers.plots import (
    INK,
    class_colours,
    course_style,
    draw_image,
    draw_latent_plane,
    draw_manifold,
    draw_posterior,
    subplots,
    tiled,
)
from vae_helpers.types import Array

if TYPE_CHECKING:
    from vae_lessons.lesson06.pad import Measurement


def _draw_class_numbers(axis: Axes, z: Array, y: Array) -> None:
    """Each class's number at the median of its points z (n, 2), or beside it where two would overlap; y: (n,)."""
    outline = [withStroke(linewidth=3.5, foreground="white")]
    labels = np.unique(y)
    places = _push_apart(np.array([np.median(z[y == label], axis=0) for label in labels]), 0.5)
    for label, (z1, z2) in zip(labels, places, strict=True):
        axis.text(z1, z2, str(label), size=17, weight="bold", ha="center", va="center", path_effects=outline, zorder=5)


def _push_apart(places: Array, distance: float) -> Array:
    """Points (n, 2), those nearer to each other than ``distance`` pushed apart in small steps."""
    for _ in range(100):
        apart = places[:, None] - places  # (n, n, 2)
        length = np.linalg.norm(apart, axis=-1, keepdims=True) + 1e-9
        places = places + np.sum(np.where(length < distance, 0.02 * apart / length, 0), axis=1)
    return places


def _draw_codes(axis: Axes, z: Array, y: Array) -> None:
    """Points z (n, 2) as dots in the colours of their classes y (n,). Squares: they need a third of the file's size."""
    axis.scatter(z[:, 0], z[:, 1], c=class_colours(y), s=4, linewidths=0, marker="s")


@course_style()
def latent(z_mean: Array, y: Array) -> Figure:
    """Points z_mean (n, 2) coloured by class y (n,), each class's number at its median, and the prior's circles."""
    figure, axis = subplots(size=(5.4, 5.1))
    draw_latent_plane(axis)
    _draw_codes(axis, z_mean, y)
    _draw_class_numbers(axis, z_mean, y)
    return figure


@course_style()
def classes(z_mean: Array, y: Array) -> Figure:
    """A small plane for each class: its points in colour over all points in grey. z_mean: (n, 2). y: (n,)."""
    labels = np.unique(y)
    columns = min(5, len(labels))
    rows = -(-len(labels) // columns)
    size = (1.75 * columns + 0.3, 1.75 * rows + 0.3)
    figure, axes = subplots(rows, columns, size=size, sharex=True, sharey=True, squeeze=False)
    for axis in axes.flat[len(labels) :]:
        axis.remove()
    for axis, label in zip(axes.flat, labels, strict=False):
        style = {"linewidths": 0, "marker": "s"}
        axis.scatter(*z_mean.T, color="0.82", s=2, **style)
        axis.scatter(*z_mean[y == label].T, color=SERIES[label], s=3, **style)
        axis.add_patch(plt.Circle((0, 0), prior_radius(0.9), fill=False, color=ROLE["prior"], linestyle="--"))
        axis.set(title=str(label), aspect="equal", xticks=[-3, 0, 3], yticks=[-3, 0, 3])
    figure.supxlabel("$z_1$")
    figure.supylabel("$z_2$")
    return figure


@course_style()
def ellipses(
    z_mean: Array, z_log_var: Array, y: Array, digits: tuple[Array, Array, Array], share: float = 0.9
) -> Figure:
    """Ellipses that hold ``share`` of each posterior: thin ones in the class's colour, and numbered ones for digits.

    z_mean, z_log_var: (n, 2). y: (n,). digits: z_mean (k, 2), z_log_var (k, 2) and y (k,) of those with a number.
    """
    figure, axis = subplots(size=(4.9, 4.6))
    draw_latent_plane(axis)
    wider = 2 * np.log(prior_radius(share))  # added to the log-variance, it widens sigma by the radius
    for mean, log_var, label in zip(z_mean, z_log_var, y, strict=True):
        draw_posterior(axis, mean, log_var + wider, color=SERIES[label])
    outline = [withStroke(linewidth=3, foreground="white")]
    for mean, log_var, label in zip(*digits, strict=True):
        draw_posterior(axis, mean, log_var + wider, color="black", linewidth=2, zorder=5)
        style = {"size": 13, "weight": "bold", "path_effects": outline, "zorder": 6}
        axis.annotate(label, mean, (7, 7), textcoords="offset points", **style)
    axis.autoscale_view()
    return figure


@course_style()
def manifold(images: Array, values: Array) -> Figure:
    """The latent plane as images: n x n of them without gaps, each decoded from the plane's point under it.

    images: (n * n, pixels), values in [0, 1], in the order of latent.square_grid(values), such as latent_grid(n).
    values: (n,), the grid's coordinates along each axis, ascending; some of them are written at the edge.
    """
    figure, axis = subplots(size=(6.8, 6.8))
    draw_manifold(axis, images, values)
    return figure


@course_style()
def manifolds(grids: Mapping[str, tuple[Array, Array]]) -> Figure:
    """Several manifolds side by side; grids maps a title to a pair images (n * n, pixels), values (n,)."""
    figure, axes = subplots(1, len(grids), size=(8.4, 8.4 / len(grids) + 0.2), squeeze=False)
    for axis, (title, (images, values)) in zip(axes.flat, grids.items(), strict=True):
        draw_manifold(axis, images, values, title)
    return figure


@course_style()
def path(z: Array, z_mean: Array, y: Array) -> Figure:
    """A path of points z (n, 2), lettered from a, over points z_mean (m, 2) in the colours of their classes y (m,)."""
    figure, axis = subplots(size=(4.7, 4.4))
    draw_latent_plane(axis)
    _draw_codes(axis, z_mean, y)
    _draw_class_numbers(axis, z_mean, y)
    axis.plot(*z.T, "-o", color="black", markerfacecolor="white", markersize=12, zorder=6)
    for letter, point in zip("abcdefghijklmnopqrstuvwxyz", z, strict=False):
        axis.text(*point, letter, size=10, ha="center", va="center_baseline", zorder=7)
    return figure


@course_style()
def class_map(labels: Array, shares: Array, values: Array, z: Array, y: Array) -> Figure:
    """The latent plane by most frequent class, and by how frequent it is.

    labels, shares: (n * n,), in the order of latent.square_grid(values): the most frequent class about each point and
    its share. values: (n,), equally spaced about 0. z, y: points (m, 2), classes (m,), numbered at their medians.
    """
    figure, axes = subplots(1, 2, size=(7.8, 3.8), sharex=True, sharey=True)
    edge = values[-1] + (values[1] - values[0]) / 2  # a cell reaches half a step beyond its point
    cells = {"extent": (-edge, edge, -edge, edge), "interpolation": "nearest"}
    axes[0].imshow(class_colours(labels).reshape(len(values), -1, 3), **cells)
    for label in np.unique(labels):  # some neighbours have similar colours
        inside = (labels == label).reshape(len(values), -1)
        axes[0].contour(values, values[::-1], inside, levels=[0.5], colors="white", linewidths=1.0)
    fifths = plt.get_cmap("viridis", 5)
    picture = axes[1].imshow(shares.reshape(len(values), -1), cmap=fifths, vmin=0, vmax=1, **cells)
    figure.colorbar(picture, ax=axes[1], shrink=0.8)
    for axis, title in zip(axes, ("most frequent class", "its share"), strict=True):
        draw_latent_plane(axis, title)
        _draw_class_numbers(axis, z, y)
        axis.set(xlim=(-edge, edge), ylim=(-edge, edge))
    return figure


@course_style()
def marginals(z: Array) -> Figure:
    """Histogram of each latent of the draws z (n, 2), its mean and standard deviation, and the density of N(0, 1)."""
    figure, axes = subplots(1, 2, size=(8.0, 2.8), sharey=True)
    line = np.linspace(-5, 5, 201)
    for i, axis in enumerate(axes):
        axis.hist(z[:, i], np.linspace(-5, 5, 61), density=True, color="0.7", label="draws of q(z)")
        axis.plot(line, np.exp(-(line**2) / 2) / np.sqrt(2 * np.pi), "--", color=ROLE["prior"], label="prior N(0, 1)")
        axis.set(title=f"mean {z[:, i].mean():.2f}, standard deviation {z[:, i].std():.2f}", xlabel=f"$z_{i + 1}$")
    axes[0].set_ylabel("density")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


def _both_negligible(log_q: Array, log_p: Array) -> Array:
    """Where both densities are lower than the prior's on its 99 % circle: True or False for each point."""
    return np.maximum(log_q, log_p) < log_normal(np.array([prior_radius(0.99), 0.0]), 0.0, 0.0)


@course_style()
def densities(log_q: Array, log_p: Array, values: Array) -> Figure:
    """The prior's density, the aggregate posterior's, and the log of their ratio, on the plane.

    The ratio is left white where both densities are lower than the prior's on its 99 % circle.
    log_q, log_p: (n * n,), nats, in the order of latent.square_grid(values). values: (n,), ascending, equally spaced.
    """
    figure, axes = subplots(1, 3, size=(8.6, 3.9), sharey=True)
    density: dict[str, Any] = {
        "cmap": "viridis",
        "levels": MaxNLocator(8).tick_values(0, np.exp(np.maximum(log_q, log_p)).max()),
    }
    panels = [("prior p(z)", np.exp(log_p), density), ("aggregate posterior q(z)", np.exp(log_q), density)]
    ratio = np.ma.masked_array(np.clip(log_q - log_p, -3.999, 3.999), _both_negligible(log_q, log_p))
    panels += [("log q(z) \N{MINUS SIGN} log p(z), nats", ratio, {"cmap": "PuOr", "levels": np.linspace(-4, 4, 9)})]
    for axis, (title, surface, style) in zip(axes, panels, strict=True):
        picture = axis.contourf(values, values[::-1], surface.reshape(len(values), -1), **style)
        figure.colorbar(picture, ax=axis, orientation="horizontal", format="%.2g", ticks=style["levels"][::2])
        draw_latent_plane(axis, title)
        axis.label_outer()
    return figure


@course_style()
def bound(log_px: Array, elbo: Array, lowest: Array) -> Figure:
    """The ELBO of each image below its log p(x), both (n,), nats; lowest: indices of some that get a ring."""
    figure, axis = subplots(size=(5.6, 4.6))
    axis.plot(log_px, elbo, "o", color="0.6", markersize=3, markeredgewidth=0, label="an image")
    style = {"markerfacecolor": "none", "markeredgewidth": 1.4, "color": "black"}
    axis.plot(log_px[lowest], elbo[lowest], "o", markersize=8, label=f"the {len(lowest)} lowest ELBOs", **style)
    ends = [np.min(log_px), np.max(log_px)]
    axis.plot(ends, ends, "--", color="black", label="gap 0")
    axis.vlines(log_px[lowest], elbo[lowest], log_px[lowest], color="black", linewidth=0.8)
    axis.set(xlabel="log p(x), nats", ylabel="ELBO, nats")
    axis.legend()
    return figure


@course_style()
def draws(groups: Mapping[str, tuple[Array, Array]], z_mean: Array) -> Figure:
    """Decoded points in rows, and where they lie: groups maps a name to a pair images (n, pixels), z (n, 2).

    The groups' points have a marker each, drawn over the faint points z_mean (m, 2) and the prior's circles.
    """
    columns = len(next(iter(groups.values()))[0])
    figure, axes = subplots(len(groups), columns + 4, size=(9.0, 4.4))
    plane = figure.add_subplot(axes[0, 0].get_gridspec()[:, :4])
    draw_latent_plane(plane)
    plane.plot(*z_mean.T, "s", color="0.8", markersize=2, markeredgewidth=0)
    plane.set(xlim=(-3.3, 3.3), ylim=(-3.3, 3.3))
    for line, grey, marker, (name, (images, z)) in zip(axes, ("1", "0.5", "0"), "os^", groups.items(), strict=False):
        plane.plot(*z.T, marker, color=grey, markeredgecolor="black", markersize=7, label=name, zorder=6)
        for axis in line[:4]:
            axis.remove()
        for axis, image in zip(line[4:], images, strict=True):
            draw_image(axis, image)
        line[4].set_title(f"{name}:", loc="left")
    plane.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15))
    return figure


@course_style()
def explorer(codes: Array, y: Array, manifold: Array, values: Array, decoded: Array) -> Figure:
    """The latent explorer as a still picture: the manifold under the points, and the image of the plane's middle.

    codes: points (m, 2); y: their classes (m,). manifold: (n * n, pixels), in the order of
    latent.square_grid(values), values (n,) ascending. decoded: (pixels,), all in [0, 1].
    """
    figure, (plane, image) = subplots(1, 2, size=(8.0, 4.9), width_ratios=(2.2, 1))
    half = (values[1] - values[0]) / 2
    edges = values[0] - half, values[-1] + half
    plane.imshow(tiled(manifold), cmap=INK, vmin=0, vmax=1, alpha=0.5, extent=edges * 2, interpolation="bilinear")
    plane.scatter(*codes.T, c=class_colours(y), s=9, linewidths=0)
    draw_latent_plane(plane, "the latent plane")
    _draw_class_numbers(plane, codes, y)
    plane.plot(0, 0, "+", color="black", markersize=16, markeredgewidth=3, zorder=7)
    plane.set(xlim=edges, ylim=edges)
    draw_image(image, decoded, "decoded at the cross")
    return figure


@course_style()
def drawn_digit(x: Array, x_reconstructed: Array, log_joint: Array, z: Array, measurement: "Measurement") -> Figure:
    """The drawing pad as it begins: an image x (pixels,), its reconstruction, and the posterior round z_mean.

    log_joint: log p(x, z) up to a constant at the points z (n * n, 2) of a grid. measurement: pad.measure's, of x.
    """
    figure, axes = subplots(1, 3, size=(7.6, 3.4))
    draw_image(axes[0], x, "the model gets")
    draw_image(axes[1], x_reconstructed, "its reconstruction")
    side = round(len(z) ** 0.5)
    (left, low), (right, high) = z.min(axis=0), z.max(axis=0)
    shades = np.exp(log_joint - log_joint.max()).reshape(side, side)
    style = {"extent": (left, right, low, high), "origin": "upper", "cmap": INK, "vmin": 0, "vmax": 1.25}
    axes[2].imshow(shades, **style)
    for sigmas in (1, 2):
        wider = measurement.z_log_var + 2 * np.log(sigmas)
        draw_posterior(axes[2], measurement.z_mean, wider, color=ROLE["encoder"], linewidth=2)
    axes[2].set(title="posterior, encoder", xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
    figure.supxlabel(
        f"reconstruction {measurement.reconstruction:.1f} + KL {measurement.kl:.1f}: "
        f"ELBO {measurement.elbo:.1f} nats (standard error {measurement.error:.1f})",
        size="medium",
    )
    return figure
