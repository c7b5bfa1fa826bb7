"""A diffusion model as a VAE with many layers and a fixed encoder, and its ELBO in nats (Kingma et al. 2021).

The encoder of the layer at time t is q(w_t | x) = N(t x, (1 - t)^2 I), with t from 0 (noise) to 1 (data): the path of
flow matching. Its signal-to-noise ratio is (t / (1 - t))^2.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from vae_helpers.types import Array

Time = TypeVar("Time", float, Array)


def snr(t: Time) -> Time:
    """Signal-to-noise ratio of the layer at time t, below 1."""
    return (t / (1 - t)) ** 2


def layer_times(layers: int, noise: float = 0.03) -> Array:
    """Times of so many layers, ascending (layers,): 0, where nothing is known of x, to 1 / (1 + noise).

    The last layer knows x up to noise. In between the logarithm of the signal-to-noise ratio grows evenly, from 1/100.
    """
    ratios = np.geomspace(0.1, 1 / noise, layers)  # t / (1 - t)
    times = ratios / (1 + ratios)
    return np.concatenate([[0.0], times[1:]]) if layers > 1 else np.array([0.0])


def elbo(denoise: Callable[[Array, float], Array], x: Array, times: Array, seed: int = 0) -> Array:
    """The ELBO of x (n, d) for layers at these times, with one draw of each layer: (n,), in nats.

    denoise(w, t) -> the expected x given the layer's w, (n, d). The layer below, at the next time, is predicted with
    it, which costs a KL of half the gain of the signal-to-noise ratio times the squared error (Kingma et al. 2021,
    section 4). The last layer predicts x itself with noise 1 / SNR, as if one more gain of the same kind followed.
    """
    rng, total = np.random.default_rng(seed), np.zeros(len(x))
    ratios = snr(times)
    for t, gain in zip(times, np.append(np.diff(ratios), ratios[-1]), strict=True):
        w = t * x + (1 - t) * rng.standard_normal(x.shape)
        total -= 0.5 * gain * np.sum((x - denoise(w, t)) ** 2, axis=1)
    return total - 0.5 * x.shape[1] * np.log(2 * np.pi / ratios[-1])


class Mixture:
    """A mixture of equal Gaussians on a line, whose density and whose best denoiser have closed forms."""

    def __init__(self, centres: Sequence[float], sigma: float) -> None:
        self.centres, self.sigma = np.asarray(centres, float), sigma

    def draw(self, n: int, seed: int = 0) -> Array:
        """n draws, (n, 1)."""
        rng = np.random.default_rng(seed)
        return (rng.choice(self.centres, n) + self.sigma * rng.standard_normal(n))[:, None]

    def log_density(self, x: Array) -> Array:
        """log p(x) in nats: x (n, 1) -> (n,)."""
        return np.logaddexp.reduce(self._log_joint(x, 1.0, self.sigma**2), axis=1)

    def denoise(self, w: Array, t: float) -> Array:
        """E[x | w] for w = t x + (1 - t) epsilon: (n, 1) -> (n, 1)."""
        variance = t**2 * self.sigma**2 + (1 - t) ** 2
        log_joint = self._log_joint(w, t, variance)
        shares = np.exp(log_joint - np.logaddexp.reduce(log_joint, axis=1)[:, None])  # (n, centres)
        means = self.centres + t * self.sigma**2 / variance * (w - t * self.centres)  # of x, if it is that centre's
        return np.sum(shares * means, axis=1, keepdims=True)

    def _log_joint(self, w, t, variance):
        """log of share times density at w (n, 1), for each centre: (n, centres)."""
        constant = np.log(len(self.centres)) + 0.5 * np.log(2 * np.pi * variance)
        return -((w - t * self.centres) ** 2) / (2 * variance) - constant
