"""The interactive figures of 04: the bound of a toy whose log p(x) is known, the KL to the prior, networks by beta.

A Gaussian is given by its mean and variance, as in the notebook; a slider moves sigma, the variance's root.
"""

from collections.abc import Mapping
from typing import TypeAlias

import ipywidgets
import numpy as np

from vae_helpers.latent import log_normal
from vae_helpers.panel import ROW, WIDE, BlitCanvas, Panel, slider
from vae_helpers.types import Array
from vae_lessons.lesson04 import figures

Toy: TypeAlias = tuple[float, float, float]  # (w, b, s) of z ~ N(0, 1), x | z ~ N(w z + b, s^2)


def toy_terms(x: float, toy: Toy) -> tuple[float, float, float]:
    """The toy's exact answers for one x: mean and variance of the posterior p(z | x), and log p(x) in nats."""
    w, b, s = toy
    total = w**2 + s**2
    log_px = float(log_normal([x], b, np.log(total)))
    return w * (x - b) / total, s**2 / total, log_px


def kl_from_variance(
    mean: Array | float,
    variance: Array | float,
    other_mean: Array | float = 0.0,
    other_variance: Array | float = 1.0,
) -> Array | float:
    """KL from N(mean, variance) to another Gaussian, by default the prior N(0, 1), in nats; shapes broadcast.

    Returns an array, or a number for numbers. In numpy, and to any Gaussian: ``losses.kl_divergence`` needs Keras and
    knows the prior alone.
    """
    squared = variance + (mean - other_mean) ** 2
    return 0.5 * (np.log(other_variance / variance) + squared / other_variance - 1)


def normal_density(z: Array, mean: float, variance: float) -> Array:
    """The density of N(mean, variance) at z (n,): (n,)."""
    return np.exp(log_normal(z[:, None], mean, np.log(variance)))


def bound(x: float = 3.0, toy: Toy = (2.0, 0.5, 1.0)) -> Panel:
    """A panel: sliders for q's mean and sigma in the 1-d toy (w, b, s), its densities, and log p(x), ELBO and gap.

    Raises ValueError where s is not above 0.
    """
    if not toy[2] > 0:
        raise ValueError(f"toy's last number, the standard deviation s, must be above 0, but is {toy[2]!r}.")
    mean, variance, log_px = toy_terms(x, toy)
    z = np.linspace(min(-3.0, mean - 3), max(3.0, mean + 3), 400)  # (400,)
    prior, posterior = normal_density(z, 0, 1), normal_density(z, mean, variance)
    means, sigmas = (-1.0, 3.0), (0.1, 2.0)

    def gap(m, sigma):
        return kl_from_variance(m, sigma**2, mean, variance)

    widest_gap = max(gap(m, sigma) for m in means for sigma in sigmas)
    figure, draw = figures.moving_bound(z, prior, posterior, log_px, widest_gap)

    def move(m, sigma):
        draw(normal_density(z, m, sigma**2), log_px - gap(m, sigma))

    controls = {"m": slider("mean of q", -0.5, means, 0.05), "sigma": slider("sigma of q", 0.7, sigmas, 0.05)}
    return Panel(BlitCanvas(figure), move, controls)


def kl_surface() -> Panel:
    """A panel: beta * KL(N(mean, sigma^2) || N(0, 1)) over mean and sigma, and along both through a point."""
    means, sigmas = np.linspace(-3, 3, 121), np.linspace(0.1, 3, 117)
    kl = kl_from_variance(means, sigmas[:, None] ** 2)  # (sigmas, means)
    figure, draw = figures.moving_kl(means, sigmas)

    def move(mean, sigma, beta):
        point = np.abs(sigmas - sigma).argmin(), np.abs(means - mean).argmin()
        draw(beta * kl, point, f"beta KL = {beta * kl_from_variance(mean, sigma**2):.2f} nats")

    controls = {
        "mean": slider("mean", 1.5, (-3.0, 3.0), 0.05),
        "sigma": slider("sigma", 0.5, (0.1, 3.0), 0.05),
        "beta": slider("beta", 1.0, (0.25, 4.0), 0.25),
    }
    return Panel(BlitCanvas(figure), move, controls)


def by_beta(terms: Mapping[str, tuple[float, float]], pictures: Mapping[str, Mapping[str, Array]]) -> Panel:
    """A panel: one slider for the beta that a network was trained with, its images and its two terms.

    terms: {name of beta: (reconstruction, kl)}, in nats per image. pictures: {name of beta: {row: images (n, pixels)}}.
    The names and rows are the same for all, and the slider starts in the middle.
    """
    first = next(iter(pictures.values()))
    most = max(reconstruction + kl for reconstruction, kl in terms.values())
    columns = len(next(iter(first.values())))
    figure, draw = figures.moving_beta(columns, most, list(first))

    def move(beta):
        reconstruction, kl = terms[beta]
        draw(pictures[beta], (reconstruction, kl, reconstruction + kl), f"trained with beta = {beta}")

    middle = list(terms)[len(terms) // 2]
    control = ipywidgets.SelectionSlider(
        options=list(terms), value=middle, description="beta", style=WIDE, layout=ROW, continuous_update=True
    )
    return Panel(BlitCanvas(figure), move, {"beta": control})
