"""The figures of notebook 04: a bound, its two terms, and their weights."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from vae_helpers.palette import BLUE, BROWN, GREY, OLIVE, PURPLE, RED, ROLE, SLATE, YELLOW
from vae_helpers.plots import INK, animate, course_style, frames, square, subplots
from vae_helpers.types import Array


@course_style()
def densities(values: Array, log_densities: Mapping[str, Array]) -> Figure:
    """Densities and their logarithms side by side; values: (n,). log_densities: {name: (n,)}, in nats."""
    figure, (density, logarithm) = subplots(1, 2, size=(8.0, 3.0))
    looks = (("-", SLATE), ("--", PURPLE), ("-.", BROWN))
    for (style, colour), (name, log_density) in zip(looks, log_densities.items(), strict=False):
        density.plot(values, np.exp(log_density), style, color=colour, linewidth=2, label=name)
        logarithm.plot(values, log_density, style, color=colour, linewidth=2)
    density.set(xlabel="value", ylabel="density")
    logarithm.set(xlabel="value", ylabel="log-density, nats", ylim=(-9, 1))
    density.legend()
    return figure


@course_style()
def joint(z: Array, prior: Array, likelihood: Array) -> Figure:
    """Prior and likelihood as functions of z, and their product, whose area is p(x); z, prior, likelihood: (n,)."""
    figure, axis = subplots(size=(6.0, 3.2))
    axis.plot(z, prior, ":", color=ROLE["prior"], label="prior $p(z)$")
    axis.plot(z, likelihood, "-.", color=YELLOW, label="likelihood $p(x \\mid z)$ of the one $x$ seen")
    axis.fill_between(z, prior * likelihood, color=ROLE["posterior"], alpha=0.4)
    axis.plot(z, prior * likelihood, color=ROLE["posterior"], label="their product; its area is $p(x)$")
    axis.set(xlabel="$z$", ylim=(0, 1.5 * max(prior.max(), likelihood.max())))
    axis.legend(loc="upper left")
    return figure


@course_style()
def estimate_errors(dimensions: Sequence[int], errors: Array) -> Figure:
    """Errors of repeated estimates as dots, a column for each number of dimensions; errors: (dimensions, repeats)."""
    figure, axis = subplots(size=(6.0, 3.2))
    for place, values in enumerate(errors):
        aside = np.linspace(-0.3, 0.3, len(values))
        axis.plot(place + aside, values, ".", color="0.45", label="one estimate" if place == 0 else None)
        label = "average of the estimates" if place == 0 else None
        axis.plot([place - 0.35, place + 0.35], 2 * [np.mean(values)], color=PURPLE, linewidth=4, label=label)
    axis.axhline(0, color="black", linestyle="--", linewidth=1, label="no error")
    axis.set(xticks=range(len(dimensions)), xticklabels=dimensions, xlabel="latent dimensions")
    axis.set(ylabel="estimate minus exact $\\log p(x)$, nats")
    axis.legend(loc="lower left")
    return figure


@course_style()
def jensen(values: Array) -> Figure:
    """Jensen's inequality for the mean of two positive numbers (2,), and the straight line above the logarithm."""
    figure, (chord, tangent) = subplots(1, 2, size=(8.4, 3.3))
    mean, grid = np.mean(values), np.linspace(0.4, 1.1 * max(values), 300)
    chord.plot(grid, np.log(grid), color=SLATE, linewidth=2, label="$\\log y$")
    chord.plot(values, np.log(values), "k--o", label="chord between the two numbers")
    chord.plot([mean, mean], [np.mean(np.log(values)), np.log(mean)], color=RED, linewidth=3)
    chord.text(mean + 0.15, np.mean(np.log(values)), "log of the mean\nminus mean of the logs", va="top")
    chord.set(title="the log of a mean lies above the mean of the logs", xlabel="$y$")
    grid = np.linspace(0.08, 3.5, 300)
    tangent.plot(grid, np.log(grid), color=SLATE, linewidth=2, label="$\\log u$")
    tangent.plot(grid, grid - 1, "--", color="black", label="$u - 1$")
    tangent.plot(1, 0, "o", color=RED, label="they touch at $u = 1$")
    tangent.set(title="$\\log u \\leq u - 1$", xlabel="$u$")
    for axis in (chord, tangent):
        axis.legend(loc="lower right")
    return figure


@course_style()
def log_ratios(curves: Mapping[str, tuple[Array, Array]], log_px: float) -> Figure:
    """log of p(x, z) / q(z) where q puts its z; curves: {name: (z, log_ratio)}, each (n,). log_px: the exact value."""
    figure, axis = subplots(size=(6.0, 3.3))
    for style, (name, (z, log_ratio)) in zip((":", "--", "-"), curves.items(), strict=False):
        axis.plot(z, log_ratio, style, color=ROLE["q"], linewidth=2.5, label=f"$q$: {name}")
    axis.axhline(log_px, color="black", linestyle="--", linewidth=1, label="$\\log p(x)$")
    axis.set(xlabel="$z$", ylabel="$\\log\\, p(x \\mid z)\\, p(z) / q(z)$, nats")
    axis.legend()
    return figure


@course_style()
def two_ways(z: Array, p: Array, fits: Mapping[str, Array]) -> Figure:
    """A density p (n,) at z (n,) and, in panels beside one another, Gaussians fitted to it; fits: {title: (n,)}."""
    figure, axes = subplots(1, len(fits), size=(8.0, 2.9), sharey=True)
    for axis, (title, q) in zip(axes, fits.items(), strict=True):
        axis.fill_between(z, p, color=BLUE, alpha=0.3)
        axis.plot(z, p, "--", color=BLUE, linewidth=2, label="$p$")
        axis.plot(z, q, color=ROLE["q"], linewidth=2, label="$q$")
        axis.set(title=title, xlabel="$z$")
    axes[0].set_ylabel("density")
    axes[0].legend(loc="upper left")
    return figure


@course_style()
def code_lengths(q: Array, codes: Mapping[str, Array]) -> Figure:
    """What outcomes of probabilities q (n,) cost, as bars as wide as q; codes: {title: lengths (n,) in bits}."""
    figure, axes = subplots(1, len(codes), size=(8.0, 2.9), sharey=True)
    left = np.cumsum(q) - q
    for axis, (title, lengths) in zip(axes, codes.items(), strict=True):
        axis.bar(left, lengths, width=q, align="edge", color=OLIVE, edgecolor="black")
        for name, place, width, length in zip("abcd", left, q, lengths, strict=False):
            axis.text(place + width / 2, length + 0.08, name, ha="center")
        axis.set(title=f"{title}: {np.sum(q * lengths):.3f} bits on average", xlabel="probability under $q$")
    axes[0].set(ylabel="length of the word, bits", ylim=(0, 1.15 * max(map(max, codes.values()))))
    return figure


@course_style()
def error_bars(names: Sequence[str], differences: Array, standard_errors: Array) -> Figure:
    """Differences (n,), estimate minus exact value, with bars of two standard_errors (n,); names: of the n rows."""
    figure, axis = subplots(size=(6.4, 0.35 * len(names) + 0.9))
    rows = range(len(names))
    axis.errorbar(differences, rows, xerr=2 * np.asarray(standard_errors), fmt="o", color="0.3", capsize=4)
    axis.axvline(0, color="black", linestyle="--", linewidth=1)
    axis.set(yticks=rows, yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    axis.set(xlabel="Monte Carlo minus closed form, nats (bars: 2 standard errors)")
    return figure


@course_style()
def bound(curves: Mapping[str, tuple[Array, Array]], log_px: float) -> Figure:
    """The ELBO under log p(x), the gap shaded; curves: {label of the axis: (values (n,), elbo (n,))}."""
    figure, axes = subplots(1, len(curves), size=(8.0, 3.4), sharey=True)
    for axis, (name, (values, elbo)) in zip(axes, curves.items(), strict=True):
        axis.axhline(log_px, color="black", linestyle="--", label="$\\log p(x)$")
        axis.fill_between(values, elbo, log_px, color="0.88", label="gap: KL from $q$ to the posterior")
        axis.plot(values, elbo, color=ROLE["elbo"], linewidth=2, label="ELBO")
        best = np.argmax(elbo)
        axis.plot(
            values[best], elbo[best], "o", color=ROLE["posterior"], markersize=8, label="touches at the posterior"
        )
        axis.set(xlabel=name)
    axes[0].set_ylabel("nats")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


@course_style()
def loss_bars(names: Sequence[str], reconstruction: Array, kl: Array, floor: float | None = None) -> Figure:
    """Reconstruction (n,) and KL (n,) stacked to the loss, a bar for each of n names; floor: a line at -log p(x)."""
    figure, axis = subplots(size=(7.0, 0.45 * len(names) + 1.1))
    axis.barh(names, reconstruction, color=ROLE["reconstruction"], label="reconstruction")
    kl_look = {"color": ROLE["kl"], "hatch": "//", "edgecolor": "white"}
    axis.barh(names, kl, left=reconstruction, label="KL to the prior", **kl_look)
    for row, parts in enumerate(zip(reconstruction, kl, strict=True)):
        axis.text(sum(parts), row, f" {sum(parts):.2f}", va="center")
    if floor is not None:
        axis.axvline(floor, color="black", linestyle="--", label="$-\\log p(x)$")
    axis.set(xlabel="nats", xlim=(0, 1.15 * np.max(np.add(reconstruction, kl))))
    axis.invert_yaxis()
    figure.legend(loc="outside upper center", ncols=3)
    return figure


@course_style()
def two_gaps(
    posterior: tuple[Array, Array], candidates: Mapping[str, tuple[Array, Array]], gaps: Mapping[str, Array]
) -> Figure:
    """A 2-d Gaussian posterior with factorized q's as 1- and 2-sigma ellipses, and what each q's gap is made of.

    posterior: (mean (2,), covariance (2, 2)). candidates: {name: (mean (2,), variance (2,))}.
    gaps: {part: (candidates,)}, in nats.
    """
    figure, (plane, bars) = subplots(1, 2, size=(9.0, 3.6), width_ratios=(1, 1.25))
    _ellipses(plane, *posterior, color=ROLE["posterior"], fill=True, alpha=0.25, label="posterior")
    for style, (name, (mean, variance)) in zip(("-", "--"), candidates.items(), strict=True):
        _ellipses(plane, mean, np.diag(variance), color=ROLE["q"], fill=False, linestyle=style, label=name)
    plane.set(xlabel="$z_1$", ylabel="$z_2$", aspect="equal", xlim=(-0.9, 2.9), ylim=(-0.9, 2.9))
    plane.legend(loc="upper right", fontsize=8)
    left = np.zeros(len(candidates))
    for (part, nats), colour, hatch in zip(gaps.items(), (GREY, BROWN), ("//", ".."), strict=True):
        bars.barh(list(candidates), nats, left=left, color=colour, hatch=hatch, edgecolor="white", label=part)
        left = left + nats
    for row, total in enumerate(left):
        bars.text(total, row, f" {total:.2f}", va="center")
    bars.set(xlabel="gap: log p(x) minus ELBO, nats", xlim=(0, 1.2 * left.max()))
    bars.invert_yaxis()
    figure.legend(*bars.get_legend_handles_labels(), loc="outside upper right", ncols=2)
    return figure


def _ellipses(axis: Axes, mean: Any, covariance: Array, label: str, **style: Any) -> None:
    """The 1- and 2-sigma ellipses of a 2-d Gaussian, mean (2,), covariance (2, 2). style: keywords of Ellipse."""
    variances, directions = np.linalg.eigh(covariance)
    angle = np.degrees(np.arctan2(*directions[::-1, 0]))
    for sigmas in (1, 2):
        width, height = 2 * sigmas * np.sqrt(variances)
        axis.add_patch(
            Ellipse(mean, width, height, angle=angle, linewidth=2, label=label if sigmas == 1 else None, **style)
        )


@course_style()
def one_draw_estimates(draws: Array, xlabel: str) -> Figure:
    """Histogram of estimates that use one draw each, (n,), with their mean."""
    figure, axis = subplots(size=(5.8, 2.8))
    axis.hist(draws, 50, color=ROLE["elbo"], label="one draw of $z$ each")
    axis.axvline(np.mean(draws), color="black", linestyle="--", label="their mean")
    axis.set(xlabel=xlabel, ylabel="number of draws")
    axis.legend(loc="upper left")
    return figure


@course_style()
def moving_bound(
    z: Array, prior: Array, posterior: Array, log_px: float, widest_gap: float
) -> tuple[Figure, Callable[[Array, float], None]]:
    """q beside prior and posterior, densities (n,) at z (n,), and bars for log p(x), the ELBO and the gap between them.

    log_px: the exact log p(x); widest_gap: the widest that is shown, both in nats.
    Returns (figure, move); move(q, elbo): q (n,), the density; elbo in nats.
    """
    figure, (curves, bars) = subplots(1, 2, size=(8.6, 3.5), width_ratios=(1.5, 1))
    curves.plot(z, prior, ":", color=ROLE["prior"], label="prior $p(z)$")
    curves.plot(z, posterior, "--", color=ROLE["posterior"], linewidth=2, label="posterior $p(z \\mid x)$")
    (line,) = curves.plot(z, np.full_like(z, np.nan), color=ROLE["q"], linewidth=2, label="$q$")
    curves.set(xlabel="$z$", ylabel="density", xlim=(z[0], z[-1]), ylim=(0, 1.6 * posterior.max()))
    curves.legend(loc="upper right")
    bars.axhline(log_px, color="black", linewidth=1, linestyle="--")
    colours = (BLUE, ROLE["elbo"], ROLE["gap"])
    columns = bars.bar(("log p(x)", "ELBO", "gap"), (log_px, 0, 0), color=colours, width=0.6)
    columns[2].set(hatch="//", edgecolor="white")
    bars.set(ylabel="nats", ylim=(min(log_px, 0) - widest_gap, max(log_px, 0) + 2))
    top = max(log_px, 0) + 0.2
    bars.text(0, top, f"{log_px:.2f}", ha="center", va="bottom")
    numbers = [bars.text(place, top, "", ha="center", va="bottom") for place in (1, 2)]
    animate(line, columns[1], columns[2], *numbers)

    def move(q, elbo):
        line.set_ydata(q)
        columns[1].set(y=0, height=elbo)
        columns[2].set(y=elbo, height=log_px - elbo)
        for text, value in zip(numbers, (elbo, log_px - elbo), strict=True):
            text.set_text(f"{value:.2f}" if abs(value) >= 0.005 else "0.00")

    return figure, move


@course_style()
def moving_kl(
    means: Array, sigmas: Array, most: int = 10
) -> tuple[Figure, Callable[[Array, tuple[int, int], str], None]]:
    """beta * KL to the prior as bands of one nat over means (n,) and sigmas (m,), and along both through one point.

    most: nats from which on all is one colour.
    Returns (figure, move); move(kl, point, title): kl (m, n), in nats; point: indices of a sigma and of a mean.
    """
    figure, (surface, along_mean, along_sigma) = subplots(1, 3, size=(9.0, 3.2), width_ratios=(1.35, 1, 1))
    extent = (means[0], means[-1], sigmas[0], sigmas[-1])
    style = {"cmap": plt.get_cmap("cividis", most), "vmin": 0, "vmax": most, "aspect": "auto", "origin": "lower"}
    bands = surface.imshow(np.zeros((len(sigmas), len(means))), extent=extent, **style)
    figure.colorbar(bands, ax=surface, label=f"nats ({most} and more: brightest)")
    surface.plot(0, 1, "D", color="white", markeredgecolor="black", label="the prior")
    (dot,) = surface.plot([0], [1], "o", color=ROLE["q"], markeredgecolor="white", markersize=10, label="q")
    surface.legend(loc="upper right", frameon=True)
    words = surface.set_title(" ")
    surface.set(xlabel="mean", ylabel="sigma")
    lines = [along_mean.plot(means, 0 * means)[0], along_sigma.plot(sigmas, 0 * sigmas)[0]]
    dots = [axis.plot([0], [0], "o", color=ROLE["q"], markersize=8)[0] for axis in (along_mean, along_sigma)]
    along_mean.set(xlabel="mean, at this sigma", ylim=(-0.2, most), ylabel="beta KL, nats")
    along_sigma.set(xlabel="sigma, at this mean", ylim=(-0.2, most))
    animate(bands, *surface.lines, surface.legend_, words, *lines, *dots)

    def move(kl, point, title):
        row, column = point
        bands.set_data(kl)
        dot.set_data([means[column]], [sigmas[row]])
        cuts = (kl[row], kl[:, column]), (means[column], sigmas[row])
        for line, cut_dot, values, place in zip(lines, dots, *cuts, strict=True):
            line.set_ydata(values)
            cut_dot.set_data([place], [kl[row, column]])
        words.set_text(title)

    return figure, move


@course_style()
def moving_beta(
    columns: int, most: float, rows: Sequence[str]
) -> tuple[Figure, Callable[[Mapping[str, Array], tuple[float, float, float], str], None]]:
    """Rows of small images that change with beta, and bars for reconstruction, KL and their sum.

    columns: images in a row. most: the longest bar, in nats. rows: the rows' names.
    Returns (figure, move); move(pictures, nats, title): pictures {row: (columns, pixels)}; nats: the three bars.
    """
    figure, (page, bars) = subplots(1, 2, size=(10.6, 2.5), width_ratios=(2.7, 1))
    blank = np.zeros((28 * len(rows), 28 * columns))
    extent = (0, columns, len(rows), 0)
    picture = page.imshow(blank, cmap=INK, vmin=0, vmax=1, extent=extent, aspect="equal")
    page.set(xticks=[], yticks=np.arange(len(rows)) + 0.5, yticklabels=rows)
    page.tick_params(length=0)
    words = page.set_title(" ")
    style = {"color": (ROLE["reconstruction"], ROLE["kl"], ROLE["elbo"]), "height": 0.6}
    lengths = bars.barh(("reconstruction", "KL", "sum: minus ELBO"), (0, 0, 0), **style)
    lengths[1].set(hatch="//", edgecolor="white")
    numbers = [bars.text(0, row, "", va="center") for row in range(3)]
    bars.set(xlabel="nats per image", xlim=(0, 1.25 * most))
    bars.invert_yaxis()
    animate(picture, words, *lengths, *numbers, *frames([page]))

    def move(pictures, nats, title):
        picture.set_data(np.vstack([np.hstack([square(image) for image in pictures[row]]) for row in rows]))
        for bar, number, value in zip(lengths, numbers, nats, strict=True):
            bar.set_width(value)
            number.set(x=value, text=f" {value:.1f}")
        words.set_text(title)

    return figure, move
