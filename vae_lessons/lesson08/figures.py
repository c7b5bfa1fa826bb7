"""The figures of notebook 08: what weight of the KL a loss means, what it trades, and what becomes of the latents."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vae_helpers.palette import BLUE, PURPLE, RED, ROLE, SLATE
from vae_helpers.plots import course_style, subplots
from vae_helpers.types import Array, ArrayLike

MARKERS = "os^Dv"
RATE, DISTORTION = "rate: KL, nats per image", "distortion, nats per image"


@course_style()
def effective_betas(bernoulli: Mapping[str, float], other: Mapping[str, float]) -> Figure:
    """Weights of the KL on a logarithmic axis; bernoulli, other: {name: weight}, the second with another likelihood."""
    figure, axis = subplots(size=(7.6, 0.3 * (len(bernoulli) + len(other)) + 1.0))
    names = [*bernoulli, *other]
    axis.semilogx(list(bernoulli.values()), range(len(bernoulli)), "o", label="Bernoulli likelihood: beta")
    places = range(len(bernoulli), len(names))
    name = "squared or absolute error: not a beta"
    axis.semilogx(list(other.values()), places, "D", markerfacecolor="white", label=name)
    for row, weight in enumerate([*bernoulli.values(), *other.values()]):
        axis.text(1.2 * weight, row, f"{weight:.3g}", va="center", bbox={"color": "white", "pad": 1})
    axis.axvline(1, color="black", linestyle="--", linewidth=1, zorder=0)
    axis.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5), xlim=(0.2, 80))
    axis.set(xlabel="weight of the KL beside a reconstruction summed over the pixels")
    figure.legend(loc="outside upper right", ncols=2)
    return figure


@course_style()
def beta_objective(betas: Array, best: Array, log_px: float) -> Figure:
    """The greatest value of -reconstruction - beta KL, (n,), against beta, with log p(x)."""
    figure, axis = subplots(size=(6.0, 2.9))
    axis.axhline(log_px, color="black", linestyle="--", label="$\\log p(x)$")
    axis.semilogx(betas, best, linewidth=2, label="greatest value over all $q$")
    axis.fill_between(betas, best, log_px, where=betas <= 1, color=RED, alpha=0.3, label="above: no bound")
    axis.plot(1, log_px, "ko")
    axis.set(xlabel="beta", ylabel="$-$reconstruction $-$ beta KL, nats")
    axis.legend()
    return figure


def _plane(axis: Axes, points: ArrayLike, errors: ArrayLike, **style: Any) -> None:
    """Points (n, 2) of rate and distortion with their 1-sigma errors (n, 2)."""
    (rate, distortion), (rate_error, distortion_error) = np.transpose(points), np.transpose(errors)
    axis.errorbar(rate, distortion, distortion_error, rate_error, capsize=3, **style)


def _equal_elbo(axis: Axes, points: Iterable[ArrayLike]) -> None:
    """A dashed line through each of the points (rate, distortion), along which the ELBO is equal."""
    for number, (rate, distortion) in enumerate(np.asarray(point) for point in points):
        label = "equal ELBO" if number == 0 else None
        axis.axline((rate, distortion), slope=-1, color="0.4", linestyle="--", linewidth=1, zorder=0, label=label)


@course_style()
def rate_distortion(betas: Sequence[float], points: Array, errors: Array, same: Sequence[int]) -> Figure:
    """The curve of networks trained with several betas (n,): rate and distortion and 1-sigma errors, (n, 2) each.

    same: the numbers of the points through which a line of equal ELBO is drawn.
    """
    figure, axis = subplots(size=(7.2, 4.4))
    _plane(axis, points, errors, fmt="o-", color=BLUE, label="trained with this beta")
    for beta, (rate, distortion) in zip(betas, points, strict=True):
        axis.annotate(f"{beta:g}", (rate, distortion), (7, 5), textcoords="offset points")
    _equal_elbo(axis, [points[number] for number in same])
    rates, distortions = np.transpose(points)
    axis.set(xlim=(-2, 1.12 * rates.max()), ylim=(0.85 * distortions.min(), 1.06 * distortions.max()))
    axis.set(xlabel=RATE, ylabel=DISTORTION)
    axis.legend()
    return figure


@course_style()
def one_knob(fixed: Mapping[float, tuple[float, float]], learned: Mapping[float, tuple[float, float]]) -> Figure:
    """Rate and squared error of Gaussian decoders: fixed {sigma: (rate, error)}, learned {beta: (rate, error)}."""
    figure, axis = subplots(size=(7.0, 3.8))
    axis.plot(*np.transpose(list(fixed.values())), "o-", color=BLUE, label="sigma fixed (numbers), beta 1")
    axis.plot(*np.transpose(list(learned.values())), "D", color=RED, markersize=9, label="sigma learned")
    for sigma, place in fixed.items():
        axis.annotate(f"{sigma:g}", place, (-6, -4), textcoords="offset points", ha="right", va="top")
    for beta, place in learned.items():
        axis.annotate(f"beta {beta:g}", place, (7, 7), textcoords="offset points", color=RED, weight="bold")
    axis.set(xlabel=RATE, ylabel="squared error of an image", ylim=(0, None))
    axis.legend()
    return figure


@course_style()
def active_units(betas: Sequence[float], counts: Sequence[int], per_latent: Array) -> Figure:
    """How many latents are active for each beta, and each latent's variance of z_mean; (n,) and (n, latents)."""
    figure, (number, spread) = subplots(1, 2, size=(8.4, 3.2))
    number.semilogx(betas, counts, "o-", color=BLUE)
    number.set(xlabel="beta", ylabel="active latents", ylim=(-0.5, per_latent.shape[1] + 1))
    spread.loglog(betas, np.sort(per_latent, axis=1), ".", color="0.35")
    spread.axhline(0.01, color=RED, linestyle="--")
    spread.text(betas[0], 0.011, "0.01", color=RED, va="bottom")
    spread.set(xlabel="beta", ylabel="variance of z_mean, each latent")
    return figure


@course_style()
def eigenvalues(values: Array, sigmas: Sequence[float]) -> Figure:
    """The largest eigenvalues (n,), from above, and the noise variance of each sigma as a level."""
    figure, axis = subplots(size=(6.4, 3.2))
    axis.semilogy(np.arange(1, len(values) + 1), values, "o", color=BLUE, label="eigenvalues of the images")
    for sigma in sigmas:
        axis.axhline(sigma**2, color="0.4", linestyle="--", linewidth=1)
        label = f"$\\sigma^2$ of sigma {sigma:g}"
        axis.text(len(values) + 0.6, sigma**2, label, va="center", bbox={"color": "white", "pad": 1})
    axis.set(xlabel="number of the eigenvalue", ylabel="variance along it", xlim=(0, len(values) + 5))
    axis.set_xticks(range(2, len(values) + 1, 2))
    axis.legend()
    return figure


@course_style()
def rates(names: Sequence[str], values: Sequence[float], errors: Sequence[float]) -> Figure:
    """Rates as bars with 1-sigma errors: (n,) each."""
    figure, axis = subplots(size=(7.0, 0.42 * len(names) + 0.8))
    axis.barh(names, values, xerr=errors, color=ROLE["kl"], height=0.6, capsize=3)
    for row, (value, error) in enumerate(zip(values, errors, strict=True)):
        axis.text(value + error, row, f"  {value:.2f}", va="center")
    axis.set(xlabel=RATE, xlim=(0, 1.15 * max(values)))
    axis.invert_yaxis()
    return figure


@course_style()
def remedies(kinds: Mapping[str, tuple[Array, Array]], through: ArrayLike) -> Figure:
    """Remedies in the plane of rate and distortion: {name: (points (n, 2), errors (n, 2))}.

    through: the point (2,) through which the line of equal ELBO is drawn.
    """
    figure, axis = subplots(size=(7.2, 4.0))
    colours = SLATE, RED, BLUE, PURPLE
    for (name, (points, errors)), marker, colour in zip(kinds.items(), MARKERS, colours, strict=False):
        _plane(axis, points, errors, fmt=f"{marker}-", color=colour, label=name, markersize=7)
    _equal_elbo(axis, [through])
    axis.set(xlabel=RATE, ylabel=DISTORTION)
    axis.legend()
    return figure


@course_style()
def scores(betas: Sequence[float], values: Mapping[str, Array]) -> Figure:
    """Scores of several seeds for each beta, {name: (betas, seeds)}, as dots, with the mean of each beta as a bar."""
    figure, axes = subplots(1, len(values), size=(3.1 * len(values), 3.1), squeeze=False)
    for axis, (name, table) in zip(axes.flat, values.items(), strict=True):
        for place, seeds in enumerate(table):
            offsets = np.linspace(-0.18, 0.18, len(seeds))
            axis.plot(place + offsets, seeds, "o", color=BLUE, markersize=5)
            axis.plot([place - 0.3, place + 0.3], 2 * [np.mean(seeds)], color=RED, linewidth=3)
        axis.set(title=name, xlabel="beta", xticks=range(len(betas)), xticklabels=[f"{beta:g}" for beta in betas])
        axis.set_ylim(0)
    return figure
